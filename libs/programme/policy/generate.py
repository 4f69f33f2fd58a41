"""Generate the defaults of all policy parameters: `python -m libs.programme.policy.generate` (part of make proto)."""

import json
from pathlib import Path

from libs.programme.policy import DEFAULTS
from libs.yaml_files import read_yaml

PARAMETER_LIST = Path(__file__).resolve().parents[3] / "services" / "accounts" / "data" / "policies" / "default.yaml"


def generated() -> str:
    """Return what the parameter list gives."""
    groups = read_yaml(PARAMETER_LIST)["parameters"]
    defaults = {
        group: {name: parameter["default"] for name, parameter in named.items()} for group, named in groups.items()
    }
    return json.dumps(defaults, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    DEFAULTS.write_text(generated(), encoding="utf-8")
