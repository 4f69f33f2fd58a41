// Looks every few seconds whether the telephone said yes; without a script the page loads itself anew.
(() => {
  "use strict";
  const look = async () => {
    try {
      const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") location.assign("/sign-in");
    } catch { /* There is no network just now: the next look may find it. */ }
  };
  setInterval(look, 4000);
})();
