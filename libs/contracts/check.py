"""Check the contracts: `python -m libs.contracts.check` (make proto-check).

Three things fail it: generated code that is not what proto/ gives, a finding of `buf lint`, and a change that breaks
the last released descriptor (`proto/released/*.binpb`, made by `python -m libs.contracts.check release VERSION`).
"""

import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from libs.contracts.generate import ROOT, main as generate

PROTO = ROOT / "proto"
RELEASED = PROTO / "released"
GENERATED = ROOT / "libs" / "contracts"


def drift(fresh: Path) -> list[str]:
    """Return the generated files that differ from what is committed."""
    generate(fresh)
    names = [path.relative_to(fresh) for path in sorted(fresh.rglob("*")) if path.is_file()]
    return [
        str(name)
        for name in names
        if name != Path("__init__.py")
        and not ((GENERATED / name).exists() and filecmp.cmp(fresh / name, GENERATED / name, shallow=False))
    ]


def last_release() -> Path | None:
    """Return the newest released descriptor, by version."""
    found = sorted(RELEASED.glob("*.binpb"), key=lambda path: [int(part) for part in path.stem.lstrip("v").split(".")])
    return found[-1] if found else None


def main() -> int:
    """Run the three checks and print what is wrong; 0 when nothing is."""
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in drift(Path(folder) / "contracts"):
            failures += 1
            print(f"proto-check: libs/contracts/{name} is not what proto/ gives: run `make proto`")
    failures += subprocess.run([_buf(), "lint", str(PROTO)], check=False).returncode != 0
    if released := last_release():
        command = [_buf(), "breaking", str(PROTO), "--against", str(released)]
        failures += subprocess.run(command, check=False).returncode != 0
    print(f"proto-check: {'failed' if failures else 'clean'} (against {released.name if released else 'no release'})")
    return 1 if failures else 0


def release(version: str) -> None:
    """Keep the present contracts as a released descriptor."""
    RELEASED.mkdir(exist_ok=True)
    subprocess.run([_buf(), "build", str(PROTO), "-o", str(RELEASED / f"v{version}.binpb")], check=True)


def _buf() -> str:
    beside = Path(sys.executable).with_name("buf")
    return str(beside) if beside.exists() else shutil.which("buf") or "buf"


if __name__ == "__main__":
    if sys.argv[1:2] == ["release"]:
        release(sys.argv[2])
    else:
        sys.exit(main())
