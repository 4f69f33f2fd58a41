"""Typeset one document in a process of its own: this file is the program, and knows nothing of the platform.

What people wrote reaches the template as data and is never code. The process has bounds on memory and processor time
from the kernel, may write no file, yields to everything else, and whoever started it kills it when it takes too long.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

MEMORY_BYTES_MAX = 1024 * 2**20
PROCESSOR_SECONDS_MAX = 10
YIELDS = 10


def main() -> None:
    """Write the PDF of the JSON on standard input; argument 1 is the template, argument 2 the folder of fonts."""
    _bound_process()
    import typst

    template, fonts = Path(sys.argv[1]), Path(sys.argv[2])
    content = sys.stdin.read()
    pdf = typst.compile(
        template,
        root=template.parent,  # Nothing outside the folder of templates can be read.
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]),
        ignore_system_fonts=True,
        package_path=template.parent / "none",
        package_cache_path=template.parent / "none",
        sys_inputs={"content": content},
        timestamp=json.loads(content)["at_seconds"],
        format="pdf",
    )
    assert isinstance(pdf, bytes)
    sys.stdout.buffer.write(pdf)


def _bound_process() -> None:
    os.nice(YIELDS)
    for what, most in (
        (resource.RLIMIT_DATA, MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
