"""Run folders of scenarios: `python -m tests.scenarios [--broker kafka] FOLDER…` (make scenarios CASES=FOLDER)."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.scenarios.client import Client, PlatformError
from tests.scenarios.report import pending, table
from tests.scenarios.runner import Run, StepFailedError
from tests.scenarios.story import CASES, UnknownWordError, find_stories, load_story
from tests.support.platform import Platform


def main() -> int:
    """Play every story on a fresh platform each; 0 when every one passed, or failed as it is listed to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=[CASES])
    parser.add_argument("--broker", choices=["postgres", "kafka"], default="postgres")
    arguments = parser.parse_args()
    listed, outcomes, wrong = pending(), {}, 0
    with tempfile.TemporaryDirectory() as folder, Platform(Path(folder), broker=arguments.broker) as platform:
        for path in find_stories(arguments.folders):
            began = time.monotonic()
            problem = play(path, platform)
            outcome = "passed" if problem is None else "not yet supported" if path.stem in listed else "failed"
            outcomes[path.parent.name, path.stem] = outcome
            if outcome == "failed" or (outcome == "passed" and path.stem in listed):
                wrong += 1
            print(f"{outcome:<18} {path.parent.name}/{path.stem}  {time.monotonic() - began:.1f} s", flush=True)
            if problem:
                print("    " + problem.replace("\n", "\n    "), flush=True)
            elif path.stem in listed:
                print("    is listed in docs/scenarios-pending.txt but passes: take it off the list")
    print(table(outcomes))
    return 1 if wrong or not outcomes else 0


def play(path: Path, platform: Platform) -> str | None:
    """Play one story; return what went wrong, or None."""
    try:
        story = load_story(path).needed()
        platform.reset()
        Run(story, Client(platform.url)).play()
    except (StepFailedError, UnknownWordError, PlatformError, KeyError) as error:
        return f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    sys.exit(main())
