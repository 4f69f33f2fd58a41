"""Read the privacy text that applicants agree to."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from libs.yaml_files import read_yaml

FILE = Path(__file__).resolve().parents[1] / "data" / "privacy" / "text.yaml"


@dataclass(frozen=True)
class PrivacyText:
    """What becomes of an applicant's data, in two languages."""

    version: str
    zh: str
    en: str


@cache
def read_privacy_text(file: Path = FILE) -> PrivacyText:
    """Return the text in force; a file that lacks something stops the start."""
    document = read_yaml(file)
    return PrivacyText(version=str(document["version"]), zh=document["zh"], en=document["en"])
