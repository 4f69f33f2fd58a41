"""Invented Chinese names, plausible for an age and a sex, always the same for the same random source."""

from __future__ import annotations

import random

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)

_FEMALE_ELDER = (
    "桂兰",
    "秀英",
    "玉珍",
    "淑华",
    "凤英",
    "素珍",
    "玉兰",
    "秀兰",
    "桂英",
    "美英",
    "月英",
    "惠芳",
    "翠花",
    "春梅",
    "雪琴",
    "佩芬",
    "瑞芳",
    "慧珍",
    "素芬",
    "金凤",
    "银娣",
    "爱珍",
    "巧云",
    "彩凤",
    "静娴",
)
_MALE_ELDER = (
    "德明",
    "国强",
    "建国",
    "志明",
    "永福",
    "福生",
    "长根",
    "正德",
    "家栋",
    "文彬",
    "祥林",
    "玉山",
    "宝山",
    "明远",
    "世荣",
    "根发",
    "兆祥",
    "庆余",
    "鹤年",
    "光辉",
    "金水",
    "阿根",
    "松柏",
    "立本",
    "振华",
)
_FEMALE = (
    "静",
    "丽",
    "敏",
    "艳",
    "娟",
    "霞",
    "红梅",
    "晓燕",
    "海燕",
    "雅琴",
    "婷婷",
    "慧敏",
    "雪梅",
    "佳怡",
    "思雨",
    "梦瑶",
    "晨曦",
    "欣悦",
    "诗涵",
    "雨桐",
    "晓雯",
    "玉洁",
    "春燕",
    "文静",
    "若兰",
    "书瑶",
    "嘉宁",
    "丹凤",
)
_MALE = (
    "伟",
    "强",
    "磊",
    "军",
    "勇",
    "杰",
    "涛",
    "鹏",
    "志刚",
    "建军",
    "海波",
    "文博",
    "浩然",
    "子轩",
    "俊杰",
    "宇航",
    "晓东",
    "明辉",
    "永健",
    "立新",
    "天佑",
    "思远",
    "一鸣",
    "泽宇",
    "家豪",
    "承志",
    "景行",
    "向阳",
)

ELDER_AGE = 60


def invent_name(source: random.Random, *, sex: str, age: int) -> str:
    """Return a surname and a given name as somebody of this age might have."""
    elder = age >= ELDER_AGE
    given = {
        ("female", True): _FEMALE_ELDER,
        ("male", True): _MALE_ELDER,
        ("female", False): _FEMALE,
        ("male", False): _MALE,
    }[sex, elder]
    # Earlier surnames are the more common ones.
    place = min(int(source.expovariate(0.06)), len(_SURNAMES) - 1)
    return _SURNAMES[place] + source.choice(given)
