from __future__ import annotations

import pytest

from aftersale.domain.clauses import in_words, quoted
from aftersale.shops.rule_files import load_rulebook


@pytest.mark.parametrize(
    ("document", "article", "said"),
    [
        ("民法典", "620,621", "《民法典》第六百二十条、第六百二十一条"),
        ("民法典", "201-203", "《民法典》第二百零一条至第二百零三条"),
        ("消费者权益保护法（2013年修正）", "25(3)", "《消费者权益保护法》第二十五条第三款"),
        ("消费者权益保护法（2013年修正）", "48(1)（6）", "《消费者权益保护法》第四十八条第一款第六项"),
        (
            "明码标价和禁止价格欺诈规定",
            "19（5）（7）",
            "《明码标价和禁止价格欺诈规定》第十九条第五项、第七项",
        ),
        ("电子商务法", "20但书", "《电子商务法》第二十条但书"),
        ("抖店七天无理由退货规则", "168小时", "《抖店七天无理由退货规则》168小时"),
        ("抖音发货后极速退款", "(2024)", "《抖音发货后极速退款》（2024）"),
        ("抖店违规积分与处罚", "", "《抖店违规积分与处罚》"),
    ],
)
def test_a_clause_is_quoted_as_people_write_it(document: str, article: str, said: str) -> None:
    assert quoted(document, article) == said


@pytest.mark.parametrize(
    ("number", "said"), [(1, "一"), (10, "十"), (20, "二十"), (105, "一百零五"), (1260, "一千二百六十")]
)
def test_numbers_of_articles_are_written_in_chinese(number: int, said: str) -> None:
    assert in_words(number) == said


def test_no_clause_of_the_rulebook_is_quoted_with_codes_of_ours() -> None:
    book = load_rulebook()
    cites = [cite for rule in book.rules for cite in rule.citations if cite.assumption is None]
    cites += [cite for each in book.parameters.values() for value in each.values for cite in value.citations]
    for cite in cites:
        if cite.assumption is None:
            said = quoted(cite.document, cite.article)
            assert said.startswith("《")
            assert not any(name in said for name in ("PIPL", "亿邦", "nctoro", "8848seo", "aiyongtech", "_"))
