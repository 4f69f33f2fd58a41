"""Record a request and its answer of each operation while stories are played: `make examples`.

What is drawn by chance (ids, tokens, cursors, keys) is replaced by what says so, the same each time. After a story,
what no step asks for is read. A run that was ended goes on where it was: `build/examples.json` has what was played.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import urllib3

from libs.contracts.api import FOLDER, examples
from libs.http.openapi import METHODS
from tests.contracts.api.looking import Seen, look_around, readings
from tests.scenarios.client import Client, PlatformError
from tests.scenarios.runner import Run, StepFailedError
from tests.scenarios.story import CASES, find_stories, load_story
from tests.support.platform import Platform, PlatformStartError

LIST_ITEMS_MAX = 2
TEXT_MAX = 300
PROGRESS = Path("build/examples.json")
LOST = (urllib3.exceptions.HTTPError, PlatformStartError)
"""What a platform that is gone says; the story is played once more, on another."""
SECRET_FIELDS = frozenset({"access_token", "refresh_token", "password", "new_password", "totp", "secret"})
DRAWN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
ID_OF_AN_EXAMPLE = 0x01890A5D_AC96_774B_BCCE_B302099A8000

Example = dict[str, Any]


@dataclass
class Operations:
    """The operations of a document, found by method and path."""

    document: dict[str, Any]
    _patterns: list[tuple[str, re.Pattern[str], str]] = field(init=False)

    def __post_init__(self) -> None:
        # The more of a path is written out, the earlier it is tried: /persons/names is no person's id.
        paths = sorted(self.document["paths"], key=lambda path: (path.count("{"), path))
        self._patterns = [
            (method, re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path))), methods[method]["operationId"])
            for path in paths
            for methods in [self.document["paths"][path]]
            for method in METHODS
            if method in methods
        ]

    @property
    def names(self) -> frozenset[str]:
        """Return every `operationId`."""
        return frozenset(name for _, _, name in self._patterns)

    def name(self, method: str, path: str) -> str | None:
        """Return the `operationId` of a request."""
        bare = unquote(path.partition("?")[0])
        found = (name for of, pattern, name in self._patterns if of == method.lower() and pattern.fullmatch(bare))
        return next(found, None)


@dataclass
class Recorder:
    """What was asked and answered, the fullest of each operation."""

    operations: Operations
    examples: dict[str, Example] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)
    _weights: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def hear(self, method: str, path: str, body: Any, answer: urllib3.BaseHTTPResponse) -> None:
        """Keep a request and its answer where they say more than what is kept."""
        name = self.operations.name(method, path)
        if name is None or not 200 <= answer.status < 300:
            return
        kept = {} if body is None else {"request": body}
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            kept["answer"] = answer.json()
            self.seen.note(kept["answer"])
        self.keep(name, shortened(kept))

    def keep(self, name: str, example: Example) -> None:
        """Keep an example where it says more than what is kept."""
        weight = (members(example), said(example), -len(json.dumps(example)))
        if example and weight > self._weights.get(name, (0, 0, 0)):
            self._weights[name], self.examples[name] = weight, example

    def told(self) -> dict[str, Example]:
        """Return the examples with nothing in them that was drawn by chance."""
        return {name: settled(self.examples[name]) for name in sorted(self.examples)}


@dataclass
class RecordingClient(Client):
    """A client whose requests are recorded."""

    recorder: Recorder | None = None

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | bytes | None = None, headers: dict[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse:
        answer = super()._ask(method, path, body, headers)
        if self.recorder is not None:
            self.recorder.hear(method, path, None if isinstance(body, bytes) else body, answer)
        return answer


def members(value: Any) -> int:
    """Return how many members a document has, empty ones too: a schema that grew is shown by what is recorded now."""
    if isinstance(value, dict):
        return len(value) + sum(members(part) for part in value.values())
    return max((members(part) for part in value), default=0) if isinstance(value, list) else 0


def said(value: Any) -> int:
    """Return how many values a document has that are not empty."""
    if isinstance(value, dict):
        return sum(said(part) for part in value.values())
    if isinstance(value, list):
        return max((said(part) for part in value), default=0)
    return value not in (None, "", False)


def shortened(value: Any) -> Any:
    """Return a document with few rows of each list: those that say most."""
    if isinstance(value, dict):
        return {name: shortened(part) for name, part in value.items()}
    if isinstance(value, list):
        return sorted((shortened(part) for part in value[:50]), key=said, reverse=True)[:LIST_ITEMS_MAX]
    return value[:TEXT_MAX] if isinstance(value, str) else value


def settled(example: Example) -> Example:
    """Return an example with ids counted from one, and secrets, keys and cursors replaced by their names."""
    ids: dict[str, str] = {}

    def id_of(match: re.Match[str]) -> str:
        return ids.setdefault(match[0].lower(), str(UUID(int=ID_OF_AN_EXAMPLE + len(ids) + 1)))

    def of(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {part: of(part, inner) for part, inner in value.items()}
        if isinstance(value, list):
            return [of(name, inner) for inner in value]
        if name in SECRET_FIELDS and isinstance(value, str):
            return f"<{name}>"
        if name == "signature" and isinstance(value, str):
            return "A" * len(value)
        if name == "next" and isinstance(value, str):
            return "<cursor>"
        return DRAWN.sub(id_of, value) if isinstance(value, str) else value

    return {part: of(part, value) for part, value in example.items()}


@dataclass
class Progress:
    """Which stories were played, which of them failed, and what was recorded: kept until all are played."""

    played: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    examples: dict[str, Example] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Progress:
        """Return what a run that was ended left."""
        return cls(**json.loads(PROGRESS.read_text("utf-8"))) if PROGRESS.exists() else cls()

    def save(self) -> None:
        """Keep it for the next run."""
        PROGRESS.parent.mkdir(exist_ok=True)
        PROGRESS.write_text(json.dumps(vars(self), ensure_ascii=False), "utf-8")


def play(paths: Sequence[Path], progress: Progress) -> Iterator[Recorder]:
    """Play stories, each on a platform that is empty; yield the recorder after each. It begins with what is kept."""
    left, lost = list(paths), set[Path]()
    while left:
        with tempfile.TemporaryDirectory() as folder, Platform(Path(folder)) as platform:
            try:
                recorder = _recorder(platform, progress)
                while left:
                    platform.reset()
                    _play_one(left[0], platform, recorder, progress)
                    yield _played(left.pop(0), recorder, progress)
            except LOST as error:
                print(f"{left[0].stem}: {error}", file=sys.stderr)
                if left[0] in lost:
                    progress.failed.append(left[0].stem)
                    progress.played.append(left.pop(0).stem)
                else:
                    lost.add(left[0])


def _recorder(platform: Platform, progress: Progress) -> Recorder:
    document = Client(platform.url).session.request("GET", f"{platform.url}/openapi.json").json()
    recorder = Recorder(Operations(document))
    for name in progress.examples.keys() & recorder.operations.names:
        recorder.keep(name, progress.examples[name])
    return recorder


def _play_one(path: Path, platform: Platform, recorder: Recorder, progress: Progress) -> None:
    recorder.seen = Seen()
    client = RecordingClient(platform.url, recorder=recorder)
    try:
        Run(load_story(path).needed(), client).play()
    except (StepFailedError, PlatformError) as error:
        print(f"{path.stem}: {error}", file=sys.stderr)
        progress.failed.append(path.stem)
    wanted = [reading for reading in readings(recorder.operations.document) if reading.name not in recorder.examples]
    look_around(client, wanted, recorder.seen)


def _played(path: Path, recorder: Recorder, progress: Progress) -> Recorder:
    progress.played.append(path.stem)
    progress.examples = recorder.examples
    progress.save()
    return recorder


def main() -> int:
    """Record while playing all stories, anew; or those of the folders given, beside what is recorded already.

    A run over all that was ended is gone on with. One that a story failed in says so, and ends with 1.
    """
    folders = [Path(argument) for argument in sys.argv[1:]]
    progress = Progress(examples=examples()) if folders else Progress.read()
    paths = [path for path in find_stories(folders or [CASES]) if path.stem not in progress.played]
    for number, recorder in enumerate(play(paths, progress), 1):
        print(f"{number} of {len(paths)} stories, {len(recorder.examples)} operations", flush=True)
        text = json.dumps(recorder.told(), indent=1, ensure_ascii=False)
        (FOLDER / "examples.json").write_text(text + "\n", "utf-8")
    PROGRESS.unlink(missing_ok=True)
    print(f"failed: {', '.join(progress.failed)}" if progress.failed else "every story was played", flush=True)
    return 1 if progress.failed else 0


if __name__ == "__main__":
    sys.exit(main())
