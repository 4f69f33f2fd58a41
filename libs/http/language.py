"""In which language a caller reads: Chinese, unless `Accept-Language` prefers English."""

from __future__ import annotations

from flask import request


def prefers_chinese() -> bool:
    """Tell whether the caller reads Chinese."""
    return request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN").startswith("zh")


def named(name_zh: str | None, name_en: str | None) -> str | None:
    """Return a name in the caller's language, or the one there is; None where there is none."""
    first, second = (name_zh, name_en) if prefers_chinese() else (name_en, name_zh)
    return first or second or None
