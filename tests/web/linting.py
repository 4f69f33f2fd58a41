"""What every opened page must be: whole HTML, one heading that begins the title, ids, labels, no inline script."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
SELF_CLOSED = frozenset({"path", "circle", "rect", "use", "line", "ellipse"})
UNNAMED_INPUTS = frozenset({"hidden", "submit", "button"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.controls: list[tuple[str, dict[str, str]]] = []
        self.headings: list[str] = []
        self.title = ""
        self.language = ""
        self.tokens = 0
        self.forms = 0
        self._labelled = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"<{tag}> names an attribute twice")
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "label":
            self._labelled += 1
            self.labels |= {given["for"]} if "for" in given else set()
        if tag in ("input", "select", "textarea") and given.get("type") not in UNNAMED_INPUTS:
            self.controls.append((tag, given | ({"inside": "yes"} if "label" in self.open else {})))
        if tag == "input" and given.get("name") == "csrf_token":
            self.tokens += 1
        if tag == "form" and given.get("method", "get").lower() == "post":
            self.forms += 1
        if tag == "h1":
            self.headings.append("")
        self.problems += [f"<{tag}> has {name}" for name in names if name.startswith("on") or name == "style"]
        if tag == "script" and "src" not in given:
            self.problems.append("a script stands in the page")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes <{self.open[-1] if self.open else ''}>, line {self.getpos()[0]}")
            if tag in self.open:
                del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title += data
        if "h1" in self.open:
            self.headings[-1] += data


def problems_of(page: str, *, language: str | None = None) -> list[str]:
    """Return what is wrong with a page; nothing when it is as it must be."""
    reader = _Reader()
    reader.feed(page)
    found = list(reader.problems)
    found += [f"<{tag}> is never closed" for tag in reader.open]
    found += [f"id {name} stands twice" for name in {name for name in reader.ids if reader.ids.count(name) > 1}]
    if len(reader.headings) != 1:
        found.append(f"{len(reader.headings)} headings of the first rank")
    elif not reader.title.startswith(reader.headings[0].strip()):
        found.append(f"the title {reader.title!r} does not begin with the heading {reader.headings[0]!r}")
    if reader.language not in ("zh-CN", "en") or (language and not reader.language.startswith(language)):
        found.append(f"the language is {reader.language!r}")
    for tag, given in reader.controls:
        if not (given.keys() & {"aria-label", "aria-labelledby", "inside"} or given.get("id") in reader.labels):
            found.append(f"<{tag} name={given.get('name')}> has no label")
    if reader.tokens != reader.forms:
        found.append(f"{reader.forms} forms that send, {reader.tokens} tokens")
    return found
