"""The file of a person, what two people decide, groups, complaints, a district's work: by forms, without a script."""

from __future__ import annotations

import pytest

from tests.web.conftest import DESK, Window, Windows
from tests.web.scene import Scene

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(window: Windows) -> dict[str, Window]:
    """Everybody at a desk, each at a screen of their own."""
    return {who: window(size=DESK, script=False).sign_in(who) for who in ("coord", "check", "admin")}


def record(at: Window, person: str, name: str, **typed: str) -> None:
    """Fill in one form of somebody's file."""
    at.open(f"/people/{person}/record/{name}")
    for field, value in typed.items():
        at.page.locator(f"[name='{field}']").first.fill(value)
    at.press(f"form[action$='/record/{name}'] button.big")


def decide(at: Window, of: str, answer: str = "yes", why: str = "看过了") -> None:
    """Say the second word on the line of somebody."""
    at.open("/decisions")
    line = at.page.locator("article.line", has_text=of).first
    line.locator("input[name=why]").fill(why)
    with at.page.expect_navigation():
        line.locator(f"button[value={answer}]").click()
    at.check()


def test_a_grade_counts_when_a_second_person_has_said_so(desk: dict[str, Window], scene: Scene) -> None:
    e5 = scene.id_of("e5")
    desk["coord"].open(f"/people/{e5}/record/grade")
    desk["coord"].page.select_option("#f-grade", "moderate")
    desk["coord"].press("form[action$='/record/grade'] button.big")
    assert "能力完好" in desk["coord"].page.inner_text("dl.facts")

    decide(desk["check"], "孙桂芝")

    desk["coord"].open(f"/people/{e5}")
    assert "中度失能" in desk["coord"].page.inner_text("dl.facts")


def test_a_suspension_is_complained_about_and_another_answers(
    desk: dict[str, Window], window: Windows, scene: Scene
) -> None:
    yun = scene.id_of("yun")
    record(desk["admin"], yun, "suspend", why="等待核实")
    assert "已停用" in desk["admin"].text
    her = window(script=False).sign_in("yun")
    her.open("/mine/record/complaint")
    her.page.fill("#f-words", "我没有做错什么")
    her.press("form[action='/mine/record/complaint'] button.big")
    assert "尚未答复" in her.text

    city = window(size=DESK, script=False).sign_in("cadmin")
    city.open("/complaints")
    city.page.click("summary")
    city.page.fill("textarea[name=reason]", "查无实据")
    city.press("button[value=yes]")

    her.open("/mine")
    assert "查无实据" in her.text
    desk["admin"].open(f"/people/{yun}")
    assert "正常" in desk["admin"].page.inner_text("p.lead")


def test_purchased_hours_are_proposed_by_the_district_and_decided_by_the_city(
    desk: dict[str, Window], window: Windows, scene: Scene
) -> None:
    record(desk["admin"], scene.id_of("e6"), "entitlement", minutes="30小时", why="第七号文件")

    decide(window(size=DESK, script=False).sign_in("cadmin"), "周长林")

    desk["admin"].open(f"/people/{scene.id_of('e6')}")
    assert "30小时" in desk["admin"].text


def test_a_group_is_registered_with_who_answers_for_it(desk: dict[str, Window]) -> None:
    at = desk["coord"]
    at.open("/groups/new")
    at.page.fill("#f-name_zh", "青年队")
    at.page.fill("#f-leader_id", "郝立新")
    at.page.select_option("#f-unit_id", index=0)
    at.press("form[action='/groups/new'] button.big")
    assert at.page.inner_text("h1") == "青年队"

    at.page.fill("#f-who", "安欣")
    at.press("form[action$='/members'] button")
    assert "安欣" in at.text


def test_the_next_rules_are_typed_over_those_in_force(desk: dict[str, Window], scene: Scene) -> None:
    at, district = desk["admin"], scene.unit_of("d1")
    at.open(f"/district/rules/{district}/next")
    at.page.fill("#f-effective", "2027-01-01")
    at.page.locator("details", has=at.page.locator("[name='cancel.free_before_hours']")).locator("summary").click()
    at.page.fill("[name='cancel.free_before_hours']", "24")
    at.press("form[action$='/next'] button.big")

    assert "cancel.free_before_hours" in at.text
    assert "24" in at.page.inner_text("section.warm")


def test_a_unit_is_added_and_renamed(desk: dict[str, Window]) -> None:
    at = desk["admin"]
    at.open("/district/units")
    at.page.fill("#f-name_zh", "梅园社区")
    at.page.select_option("#f-parent_id", index=1)
    at.press("form[action='/district/units'] button")
    at.press("a:has-text('梅园社区')")
    at.page.fill("#f-name_zh", "梅苑社区")
    at.press("form[action^='/district/units/'] button")

    assert "梅苑社区" in at.text


def test_a_sheet_of_people_says_what_became_of_each_row(desk: dict[str, Window], scene: Scene) -> None:
    rows = (
        "name_zh,born,sex,home_unit_id,roles",
        f"方小红,1950-05-05,female,{scene.unit_of('k1')},recipient",
        "坏行,,,,",
    )
    at = desk["admin"]
    at.open("/district/people")
    at.page.set_input_files(
        "#f-sheet", {"name": "people.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    )
    at.press("form[action='/district/people'] button")
    for _ in range(40):
        if "已读取" in at.text:
            break
        at.page.wait_for_timeout(250)
        at.page.reload()

    assert "共2行，收录1行" in at.text
    assert "方小红" in desk["coord"].open("/people?q=方小红").inner_text("h1")


def test_settled_hours_are_taken_back_by_two(desk: dict[str, Window], scene: Scene) -> None:
    past = scene.id_of("past")
    desk["coord"].open(f"/desk/orders/{past}")
    desk["coord"].page.click("details.card summary")
    desk["coord"].page.fill("#f-reversal", "false_hours")
    desk["coord"].press("form[action$='/reversal'] button")

    desk["check"].open("/decisions")
    desk["check"].press(f"a[href='/desk/orders/{past}']")
    desk["check"].press("form[action*='/reversal/'] button[value=yes]")

    scene.run.client.settle()
    desk["coord"].open(f"/desk/orders/{past}")
    assert "已冲正" in desk["coord"].page.inner_text(".state")


def test_who_looked_is_shown_to_whom_it_concerns(desk: dict[str, Window], window: Windows, scene: Scene) -> None:
    desk["coord"].open(f"/people/{scene.id_of('e7')}")

    her = window(script=False).sign_in("e7")
    her.open("/mine/looks")

    assert "打开了档案" in her.text
