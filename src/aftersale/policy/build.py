"""Build a rulebook from what was written: resolve citations, parse, check types, order."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import FREIGHT_PAYERS, LIABILITIES, Kind
from aftersale.policy.expression import Const, Expr, Type
from aftersale.policy.order import Circle, by_dependency, by_rank
from aftersale.policy.parse import Refused, parse
from aftersale.policy.rulebook import (
    ALWAYS_FROM,
    Citation,
    Deadline,
    Derived,
    Parameter,
    ParameterValue,
    RefusalReason,
    Rule,
    Rulebook,
    Step,
    bound,
)
from aftersale.policy.talks.wording import Slips, Sought
from aftersale.policy.turning import ClockMisused, turning_points
from aftersale.policy.typing import Checker, Mistyped
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from aftersale.domain.clock import Calendar
    from aftersale.policy.load import Collected, Placed
    from aftersale.policy.written import (
        CiteW,
        DeadlineW,
        DocumentW,
        EvidenceW,
        ParameterValueW,
        ParameterW,
        RemedyW,
        RuleW,
        StepW,
        TextW,
    )

_TYPE_OF_KIND = {
    Kind.TIME: Type.TIME,
    Kind.FEN: Type.NUMBER,
    Kind.COUNT: Type.NUMBER,
    Kind.POINTS: Type.NUMBER,
    Kind.BOOL: Type.BOOL,
    Kind.ENUM: Type.TEXT,
    Kind.TEXT: Type.TEXT,
    Kind.TAGS: Type.TAGS,
}
_VALUES = {name: spec.values for name, spec in FACTS.items() if spec.values}
FACT_TYPES = {name: _TYPE_OF_KIND[spec.kind] for name, spec in FACTS.items()}
AMOUNT = "amount"
_COMMENT = "-"


def _text(written: TextW) -> Text:
    return Text(zh=written.zh, en=written.en)


def _said(written: TextW | None) -> bool:
    return written is not None and bool(written.zh and written.en)


class Builder:
    """Turn collected items into a rulebook; faults are noted on the collection, nothing is raised."""

    def __init__(self, collected: Collected, calendar: Calendar) -> None:
        self._in = collected
        self._calendar = calendar
        self._documents: dict[str, DocumentW] = {item.id: item for item, _ in self._unique("documents", "id")}
        self._remedies: dict[str, RemedyW] = {item.id: item for item, _ in self._unique("remedies", "id")}
        self._evidence: dict[str, EvidenceW] = {
            item.code: item for item, _ in self._unique("evidence", "code")
        }
        self._parameters = self._merge_parameters()
        self._check_numbers_of_law()
        self._names = self._types()
        self._checker = Checker(self._names, _VALUES)
        self._of_amounts = Checker(self._names | {AMOUNT: Type.NUMBER}, _VALUES)

    def build(self) -> Rulebook | None:
        """Compose everything; None where anything was wrong."""
        rules = [self._rule(item, placed) for item, placed in self._unique("rules", "id")]
        rulebook = Rulebook(
            rules=by_rank(rules),
            parameters=self._parameters,
            derived=self._derived(),
            documents=self._documents,
            remedies=self._remedies,
            evidence=self._evidence,
            overrides=self._in.overrides,
            none_when_main=self._in.none_when_main,
            amount=self._steps("amount"),
            punitive=self._steps("punitive"),
            deadlines=self._deadlines(),
            reject_reasons=self._reject_reasons(),
            wording=self._wording(),
            types=self._names,
            calendar=self._calendar,
            digest="",
        )
        self._check_references(rulebook)
        if not self._in.findings:
            self._check_shop(rulebook)
        return None if self._in.findings else rulebook

    def _unique(self, section: str, key: str) -> Iterator[tuple[Any, Placed]]:
        """Give the items of a section; a name that comes twice is noted."""
        seen: dict[str, str] = {}
        for placed in self._in.items[section]:
            name = str(getattr(placed.item, key))
            if name in seen:
                zh, en = f"{seen[name]} 里已经有了", f"it is in {seen[name]} already"
                self._in.wrong("rulebook.twice", f"{placed.file} {name}", name, en, zh)
            seen.setdefault(name, placed.file)
            yield placed.item, placed

    def _merge_parameters(self) -> dict[str, Parameter]:
        """Put the values of a shop before those of the package, so that a confirmed value wins."""
        merged: dict[str, Parameter] = {}
        shop_last = sorted(self._in.items["parameters"], key=lambda placed: placed.layer == "shop")
        for placed in shop_last:
            written = cast("ParameterW", placed.item)
            values = tuple(self._parameter_value(written, value, placed) for value in written.values)
            known = merged.get(written.name)
            if known is None:
                merged[written.name] = Parameter(written.name, _text(written.title), written.unit, values)
            else:
                both = (*values, *known.values) if placed.layer == "shop" else (*known.values, *values)
                merged[written.name] = replace(known, values=both)
        return merged

    def _parameter_value(self, of: ParameterW, written: ParameterValueW, placed: Placed) -> ParameterValue:
        where = f"{placed.file} {of.name}"
        return ParameterValue(
            platform=placed.platform if written.platform == "any" else written.platform,
            effective=written.effective,
            value=written.value,
            citations=self._citations(written.cite, where, of.name),
            confidence=written.confidence,
            confirmed_by=written.confirmed_by,
            alternatives=written.alternatives,
            layer=placed.layer,
        )

    def _check_numbers_of_law(self) -> None:
        """Hold a shop to the numbers of the law: it may confirm one, not change it."""
        for parameter in self._parameters.values():
            law = {value.value for value in parameter.values if value.layer == "law"}
            for value in parameter.values:
                if value.layer == "shop" and law and value.value not in law:
                    en, zh = (
                        "the law sets this number, a shop cannot change it",
                        "这个数由法律规定，店铺不能改",
                    )
                    self._in.wrong("rulebook.not_for_shops", f"shop {parameter.name}", value.value, en, zh)

    def _types(self) -> dict[str, Type]:
        derived = {item.name: Type(item.type) for item, _ in self._unique("derive", "name")}
        parameters = dict.fromkeys(self._parameters, Type.NUMBER)
        for name in (FACT_TYPES.keys() & derived.keys()) | (
            (FACT_TYPES | derived).keys() & parameters.keys()
        ):
            self._in.wrong("rulebook.twice", name, name, "the name has two meanings", "这个名字有两个意思")
        return FACT_TYPES | derived | parameters

    def _expr(self, text: str, where: str, wanted: Type, checker: Checker | None = None) -> Expr:
        """Parse and type-check one expression; a fault is noted and a constant stands in its place."""
        try:
            expr = parse(text)
            found = (checker or self._checker).type_of(expr)
            list(turning_points(expr))
        except (Refused, Mistyped, ClockMisused) as error:
            self._in.wrong("rulebook.bad_condition", where, text, str(error), f"条件写法不对：{error}")
            return Const(value=False)
        if found is not wanted:
            en, zh = f"this is {found}, {wanted} is needed", f"这里得到 {found}，需要 {wanted}"
            self._in.wrong("rulebook.bad_condition", where, text, en, zh)
        return expr

    def _citations(self, cites: tuple[CiteW, ...], where: str, rule: str) -> tuple[Citation, ...]:
        if not cites:
            self._in.wrong(
                "rulebook.no_citation", where, "", "without a citation it does not load", "没有依据，不能生效"
            )
        return tuple(self._citation(cite, where, rule) for cite in cites)

    def _citation(self, cite: CiteW, where: str, rule: str) -> Citation:
        if cite.document is None:
            if not (_said(cite.assumption) and _said(cite.owner)):
                en, zh = (
                    "name a document, or an assumption with its owner",
                    "要写明文件，或写明假设及其负责人",
                )
                self._in.wrong("rulebook.no_citation", where, cite, en, zh)
            assumed = _text(cite.assumption) if cite.assumption else None
            return Citation("假设", "", assumed.zh if assumed else "", rule, None, assumption=assumed)
        document = self._documents.get(cite.document)
        if document is None:
            en, zh = "there is no such document", "没有这份文件"
            self._in.wrong("rulebook.unknown_document", where, cite.document, en, zh)
            return Citation(cite.document, cite.document, "", rule, None)
        since = cite.from_ or document.effective[0]
        article = cite.article or ""
        gap = " " if article and not article[0].isdigit() and article[0] not in "(（" else ""
        short = f"{document.short}{gap}{article}"
        return Citation(short, document.title.zh, article, rule, since, bound(cite.from_, ALWAYS_FROM))

    def _rule(self, written: RuleW, placed: Placed) -> Rule:
        where = f"{placed.file} {written.id}"
        if written.kind == "entitle" and any(cite.document is None for cite in written.cite):
            en, zh = (
                "a rule that grants needs a document, not an assumption",
                "给出处理方式的规则要有文件依据，不能只是假设",
            )
            self._in.wrong("rulebook.no_citation", where, written.id, en, zh)
        if written.kind == "entitle" and not written.then.remedies:
            en, zh = "a rule that grants must name a remedy", "给出处理方式的规则至少要写一种处理方式"
            self._in.wrong("rulebook.no_remedy", where, written.id, en, zh)
        return Rule(
            id=written.id,
            title=_text(written.title),
            note=_text(written.note),
            group=written.group,
            layer=placed.layer,
            platform=placed.platform,
            is_guard=written.kind == "guard",
            mode=written.mode,
            effective=written.effective,
            anchor=written.anchor,
            priority=written.priority,
            before=written.before,
            follows=written.follows,
            text=" ".join(written.when.split()),
            when=self._expr(written.when, where, Type.BOOL),
            remedies=written.then.remedies,
            liability=written.then.liability,
            freight=written.then.freight,
            evidence=written.evidence,
            citations=self._citations(written.cite, where, written.id),
            confidence=written.confidence,
            file=placed.file,
        )

    def _derived(self) -> tuple[Derived, ...]:
        items = [
            Derived(
                item.name,
                Type(item.type),
                _text(item.title),
                self._expr(item.as_, f"{placed.file} {item.name}", Type(item.type)),
            )
            for item, placed in self._unique("derive", "name")
        ]
        try:
            return by_dependency(items)
        except Circle as circle:
            en, zh = "these facts need one another", "这些信息互相依赖"
            self._in.wrong("rulebook.circle", "derive", circle, en, zh)
            return ()

    def _steps(self, section: str) -> tuple[Step, ...]:
        """Build the steps of an amount; only they know the name `amount`, what the steps before left."""
        return tuple(
            self._step(item, f"{placed.file} {section} {number}")
            for number, placed in enumerate(self._in.items[section])
            for item in [cast("StepW", placed.item)]
        )

    def _step(self, written: StepW, where: str) -> Step:
        when = self._expr(written.when, where, Type.BOOL) if written.when else None
        expr = self._expr(written.set, where, Type.NUMBER, self._of_amounts)
        return Step(expr, written.when_fired, written.when_main, when)

    def _deadlines(self) -> tuple[Deadline, ...]:
        return tuple(self._deadline(item, placed) for item, placed in self._unique("deadlines", "name"))

    def _deadline(self, written: DeadlineW, placed: Placed) -> Deadline:
        where = f"{placed.file} {written.name}"
        of_platform = self._expr(written.platform_when, where, Type.BOOL) if written.platform_when else None
        return Deadline(
            name=written.name,
            title=_text(written.title),
            at=self._expr(written.at, where, Type.TIME),
            when=self._expr(written.when, where, Type.BOOL),
            source=written.source,
            whose=written.whose,
            if_missed=_text(written.if_missed),
            platform_when=of_platform,
        )

    def _reject_reasons(self) -> tuple[RefusalReason, ...]:
        return tuple(
            RefusalReason(
                id=item.id,
                platform=placed.platform,
                words=_text(item.words),
                hint=_text(item.hint),
                claims=item.claims,
                received=item.received,
                goods=item.goods,
                says=item.says,
                needs_text=item.needs_text,
                needs_evidence=item.needs_evidence,
                effective=item.effective,
                citations=self._citations(item.cite, f"{placed.file} {item.id}", item.id),
                confidence=item.confidence,
            )
            for item, placed in self._unique("reject_reasons", "id")
        )

    def _wording(self) -> tuple[Sought, ...]:
        return tuple(
            Sought(
                id=item.id,
                platform=placed.platform,
                kind=Slips(item.kind),
                stops=item.stops,
                patterns=self._patterns(item.any, f"{placed.file} {item.id}"),
                unless=self._patterns(item.unless, f"{placed.file} {item.id}"),
                digits=item.digits,
                change=_text(item.change),
                effective=item.effective,
                citations=self._citations(item.cite, f"{placed.file} {item.id}", item.id),
                confidence=item.confidence,
            )
            for item, placed in self._unique("wording", "id")
        )

    def _patterns(self, written: tuple[str, ...], where: str) -> tuple[re.Pattern[str], ...]:
        found = []
        for each in written:
            try:
                found.append(re.compile(each))
            except re.error as fault:
                en, zh = f"this is no regular expression: {fault}", f"不是有效的匹配写法：{fault}"
                self._in.wrong("rulebook.bad_pattern", where, each, en, zh)
        return tuple(found)

    def _check_shop(self, rulebook: Rulebook) -> None:
        """Hold a shop to adding: no extra damages in place of a refund, no say in liability or freight."""
        for rule in rulebook.rules:
            if rule.layer != "shop":
                continue
            moves = rule.is_guard and (rule.liability, rule.freight) != (_COMMENT, _COMMENT)
            damages = rule.remedies and rulebook.rank_of(rule.remedies[0]) > rulebook.rank_of(
                "refund_no_return"
            )
            if moves or damages:
                en = "a shop's rule adds a remedy first; liability, freight and damages follow the law"
                zh = "店铺规则只能先给出处理方式；责任、运费和赔偿按法律规定"
                self._in.wrong("rulebook.not_for_shops", f"{rule.file} {rule.id}", rule.id, en, zh)

    def _check_references(self, rulebook: Rulebook) -> None:
        rule_ids = {rule.id for rule in rulebook.rules}
        for rule in rulebook.rules:
            self._all_known(rule, "remedy", rule.remedies, self._remedies)
            self._all_known(rule, "evidence", rule.evidence, self._evidence)
            self._all_known(rule, "before", rule.before, rule_ids)
            self._all_known(rule, "follows", (rule.follows,) if rule.follows else (), rule_ids)
            self._all_known(rule, "liability", (rule.liability,), (*LIABILITIES, _COMMENT))
            self._all_known(rule, "freight", (rule.freight,), (*FREIGHT_PAYERS, _COMMENT))
        for listed in self._evidence.values():
            for cite in listed.cite:
                self._citation(cite, listed.code, listed.code)
        steps = (*rulebook.amount, *rulebook.punitive)
        named = [
            *rulebook.overrides,
            *rulebook.none_when_main,
            *(name for step in steps for name in step.when_main),
        ]
        for name in [*named, *(step.when_fired for step in steps if step.when_fired)]:
            if name not in rule_ids:
                self._in.wrong("rulebook.unknown_rule", name, name, "there is no such rule", "没有这条规则")

    def _all_known(self, rule: Rule, what: str, names: tuple[str, ...], known: Container[str]) -> None:
        for name in names:
            if name not in known:
                en, zh = f"there is no {what} {name}", f"没有这一项：{name}"
                self._in.wrong("rulebook.unknown_reference", f"{rule.file} {rule.id}", name, en, zh)
