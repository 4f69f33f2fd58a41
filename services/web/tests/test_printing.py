"""Documents: what people wrote is never code, nothing outside is read, same data same bytes, the printer is bounded."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from services.web.printing import program, typesetting
from services.web.printing.codes import DASH, LINK_BYTES_MAX, fragment_of, qr_svg
from services.web.printing.glyphs import MISSING
from services.web.printing.paper import WORDS_MAX, Check, Facts, Figure, NextSheet, Paper, Table, Words
from services.web.printing.typesetting import FONTS, PROCESS_SETTINGS, PrinterBusyError, UnprintableError, pdf_of
from services.web.tests.qr import read_qr

AT = datetime(2026, 3, 5, 3, 5, tzinfo=UTC)
HOSTILE = (
    '#read("/etc/passwd")',
    '#image("/etc/hostname")',
    "#sys.inputs",
    "$ x^2 $",
    "a \\ b ] [ c",
    '"; } #panic()',
    "*bold* _soft_ `code` = no heading",
    "<label> @reference // comment /* more */",
    '#import "@preview/cetz:0.3.1": canvas',
)


def paper(*blocks: Words | Figure | Facts | Table | Check | NextSheet, title: str = "时间对账单") -> Paper:
    """Return a document."""
    return Paper(title, "兰桂英", list(blocks), "互助时间平台", "zh", AT)


def text_of(pdf: bytes) -> str:
    """Return what can be read in a document, without the ends of its lines."""
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


@pytest.mark.parametrize("words", HOSTILE)
def test_what_people_wrote_is_shown_and_never_evaluated(words: str) -> None:
    everywhere = paper(
        Words(words),
        Figure(words, words),
        Facts([(words, words)], words),
        Table(words, [words], [[words]], (0,), words),
        Check(words, "https://h.example/", qr_svg("https://h.example/"), [words]),
        title=words,
    )

    text = text_of(pdf_of(everywhere))

    assert text.replace(" ", "").count(words.replace(" ", "")) >= 9
    assert "root:" not in text


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("谢谢😀👩‍🦳您", "谢谢〓您"),
        ("👍🏽", "〓"),
        ("❤️好", "〓好"),
        ("محمد · 买买提", "〓 · 买买提"),
        ("བཀྲ་ཤིས།", "〓"),
        ("䶮㛃𠮷", "䶮㛃𠮷"),
        ("Zoe\u0301", "Zoé"),
        ("3月2日 ★ €5", "3月2日 ★ €5"),
    ],
)
def test_what_has_no_glyph_is_printed_as_the_mark_for_it_and_rare_names_as_they_are(words: str, printed: str) -> None:
    text = text_of(pdf_of(paper(Words(words))))

    assert printed.replace(" ", "") in text.replace(" ", "")
    assert ("不能印出" in text) == (MISSING in printed)


def test_the_mark_is_explained_in_the_papers_language() -> None:
    assert "cannot print" in text_of(pdf_of(replace(paper(Words("🎂")), language="en")))


@pytest.mark.parametrize(
    "words",
    [
        "😀👩‍🦳",
        "\u0645\u0631\u062d\u0628\u0627 سلام",
        "\u202egnp.exe",
        "很" * 500,
        "W" * 500,
        "a\x00b\x1bc\r\nd",
        "\ud800",
    ],
)
def test_any_text_can_be_printed(words: str) -> None:
    pdf = pdf_of(paper(Words(words), Table(words, [words, words], [[words, words]])))

    assert pdf.startswith(b"%PDF")


def test_a_text_is_cut_where_it_is_too_long_for_a_paragraph() -> None:
    text = text_of(pdf_of(paper(Words("很" * 5_000))))

    assert text.count("很") == WORDS_MAX - 1


def test_chinese_stands_in_the_document_as_text_and_its_date_is_that_of_the_data() -> None:
    pdf = pdf_of(paper(Facts([("人员", "于凤英")]), NextSheet(), Words("第二张")))

    read = PdfReader(io.BytesIO(pdf))
    assert len(read.pages) == 2
    assert "于凤英" in text_of(pdf)
    assert read.metadata is not None
    assert read.metadata.title == "时间对账单"
    assert read.metadata.creation_date == AT


def test_the_same_data_are_the_same_bytes_and_others_are_not() -> None:
    sheet = paper(Figure("9小时", "可用"), Table("按月", ["月", "分钟"], [["3月", "540"]], (1,)))

    assert pdf_of(sheet) == pdf_of(sheet)
    assert pdf_of(sheet) != pdf_of(replace(sheet, at=AT.replace(hour=4)))


@pytest.mark.parametrize(
    "code",
    ['#read("/etc/passwd")', '#image("/etc/hostname")', '#read("../program.py")', '#import "@preview/cetz:0.3.1"'],
)
def test_a_template_reaches_no_file_outside_its_folder_and_no_network(code: str, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "program.py").write_text("secret")
    (folder / "t.typ").write_text(code)

    done = subprocess.run(
        [sys.executable, "-I", program.__file__, str(folder / "t.typ"), str(FONTS)],
        input=b'{"at_seconds": 0}',
        capture_output=True,
        timeout=20,
        check=False,
        env=PROCESS_SETTINGS,
    )

    assert done.returncode != 0
    assert done.stdout == b""


def test_a_template_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.typ").write_text("#let n = 0\n#while true { n += 1; if n > 9000 { n = 0 } }")
    monkeypatch.setattr(typesetting, "TEMPLATE", tmp_path / "t.typ")
    monkeypatch.setattr(typesetting, "TYPESET_SECONDS_MAX", 1)

    with pytest.raises(UnprintableError):
        pdf_of(paper())


def test_a_document_that_is_too_large_is_not_begun() -> None:
    with pytest.raises(UnprintableError):
        pdf_of(paper(Table("t", ["x"], [["很" * 500]] * 500)))


def test_a_statement_of_as_many_lines_as_are_shown_is_printed() -> None:
    rows = [["2026-03-05 17:00:00", "用时间币支付的服务", "服务所得", "1小时30分", "11小时30分"]] * 400

    assert len(PdfReader(io.BytesIO(pdf_of(paper(Table("每一笔", ["a", "b", "c", "d", "e"], rows))))).pages) > 5


def test_of_many_at_once_a_few_wait_and_the_others_are_told_to_come_again() -> None:
    started = threading.Barrier(20)
    results: list[str] = []

    def ask() -> None:
        started.wait()
        try:
            results.append("made" if pdf_of(paper(Words("one"))) else "")
        except PrinterBusyError as error:
            results.append(f"again in {error.retry_after}")

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(results) == {"made", f"again in {typesetting.AGAIN_SECONDS}"}
    assert results.count("made") >= typesetting.AT_ONCE + typesetting.WAITING_MAX
    assert pdf_of(paper(Words("afterwards"))).startswith(b"%PDF")


def test_a_code_is_read_as_the_address_it_was_drawn_from() -> None:
    link = "https://h.example/check/paper#r:" + fragment_of(f"c2sp_x~y {DASH} é\nextra AAA+/=\n" * 40)

    assert len(link) > 1_000
    assert read_qr(qr_svg(link)) == link
    assert read_qr(qr_svg(link[:60])) == link[:60]


def test_an_address_that_no_code_holds_is_refused() -> None:
    with pytest.raises(ValueError, match=str(LINK_BYTES_MAX + 1)):
        qr_svg("a" * (LINK_BYTES_MAX + 1))
