"""What every answer carries: nothing is kept, guessed, framed or run; and no answer repeats the Host header."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response

# An answer of an API is data: whoever opens it as a page gets one that may do nothing at all.
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def protect_answers(app: Flask, *, policy: str = POLICY) -> None:
    """Have every answer of `app` say how little it may be used for; what it says itself stays."""
    app.url_map.merge_slashes = False  # A path with two slashes is none of ours; no redirect mends it.

    def protect(response: Response) -> Response:
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Cache-Control", "no-store")
        if "Location" in response.headers:
            response.headers["Location"] = _without_host(response.headers["Location"])
        return response

    app.after_request(protect)


def _without_host(location: str) -> str:
    """Return where to go on this host: nothing of ours leads elsewhere."""
    parts = urlsplit(location)
    return urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, parts.fragment))
