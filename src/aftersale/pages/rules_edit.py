"""Let people change the shop's own rules: by form or as text, checked and tried before they hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.insight.desk import try_rules
from aftersale.library.checking import VOUCHED, shop_faults, spot_of
from aftersale.library.choices import Choices, choices_of, chosen
from aftersale.library.confirmed import NotToBeConfirmed, Seen, confirmed
from aftersale.library.instructed import Agreed, instructed
from aftersale.library.shop_folder import templates
from aftersale.pages.acting import Incomplete, NotAnAmount
from aftersale.pages.asked import fen_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.pictures import picture_of
from aftersale.pages.rules import DayUnreadable, day_said, desk_of
from aftersale.policy.load import SHOP_FOLDER, digest_of
from aftersale.shops.models import PublishedRules, RuleDraft
from aftersale.shops.models.rulebook import DraftState
from aftersale.shops.rulebooks import layer_of
from aftersale.texts import Text
from aftersale.tickets.adaptation import Seen as Looked
from aftersale.tickets.adaptation import prove
from aftersale.tickets.models import Instruction
from aftersale.tickets.publishing import Draft, check_names, newest_of, publish
from aftersale.tickets.rule_drafts import Handed, hand_in, others_who_may
from aftersale.tickets.rules_changed import MOST, behind, foreseen, rules_changed
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from django.http import HttpResponse

    from aftersale.domain.errors import Finding
    from aftersale.insight.desk import Tried
    from aftersale.library.checking import Spot
    from aftersale.pages.rules import RuleDesk

_MOST_TEXT, _MOST_FILES, _VERSIONS = 200_000, 50, 12
_ENDING = (".yaml", ".yml")


class NothingChanged(AftersaleError):
    """Refuse to publish what holds already."""

    def __init__(self) -> None:
        super().__init__(
            "rules.nothing_changed",
            Text(zh="和现在的版本一样，没有要发布的。", en="This is what holds already."),
            Text(zh="改好后再发布。", en="Change something, then publish."),
        )


class TooMuchText(AftersaleError):
    """Refuse more text than rules of a shop can be."""

    def __init__(self) -> None:
        super().__init__(
            "rules.too_much_text",
            Text(zh="规则文件太大或太多。", en="The rule files are too large or too many."),
            Text(
                zh=f"最多 {_MOST_FILES} 个文件，每个不超过 {_MOST_TEXT} 字。",
                en=f"At most {_MOST_FILES} files of {_MOST_TEXT} characters each.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Hold one finding with its place; one that the shop may vouch for does not stand in the way for good."""

    finding: Finding
    spot: Spot
    vouched: bool


@dataclass(frozen=True, slots=True)
class Written:
    """Hold the form: files, the version they were written against, when they hold, what was made of them."""

    files: Mapping[str, str]
    base: int
    valid_from: str = ""
    note: str = ""
    found: Sequence[Found] | None = None
    tried: Tried | None = None
    told: str = ""


@page
def edit(ask: Ask) -> HttpResponse:
    """Show the shop's own rules to be changed; when sent, do what the button says."""
    desk = desk_of(ask, Permission.MANAGE_SHOP)
    if ask.request.method != "POST":
        return _form(ask, desk, _to_begin_with(ask, desk))
    return _DOES.get(ask.said("do"), _check)(ask, desk)


def _form(ask: Ask, desk: RuleDesk, written: Written, status: int = 200) -> HttpResponse:
    shop = desk.shop
    layer, newest = layer_of(shop.pk, ask.now), newest_of(shop.pk)
    around: dict[str, Any] = {
        "layer": layer,
        "coming": newest if newest != layer else None,
        "behind": behind(shop.pk, ask.now).count(),
        "drafts": RuleDraft.objects.filter(shop=shop, state=DraftState.WAITING).select_related("author"),
        "versions": PublishedRules.objects.filter(shop=shop)
        .select_related("author", "approver")
        .order_by("-number")[:_VERSIONS],
        "choices": choices_of(written.files),
        "second": others_who_may(shop, ask.person),
        "faulty": {each.spot.file for each in written.found or ()},
    }
    return shown(ask, "rules_edit.html", status=status, desk=desk, here="edit", written=written, **around)


def _to_begin_with(ask: Ask, desk: RuleDesk) -> Written:
    """Take the newest version to begin with, or the one asked for, or the commented folder."""
    newest = newest_of(desk.shop.pk)
    base = newest.number if newest else 0
    if ask.said("start"):
        texts = templates(desk.today)
        return Written({SHOP_FOLDER + name: texts[name] for name in texts if name.endswith(_ENDING)}, base)
    said = ask.said("version")
    if said:
        told = _("This is version {number}; publish it to return to it.").format(number=said)
        return Written(version_of(desk, said).files, base, told=told)
    return Written(newest.files if newest else {}, base)


def version_of(desk: RuleDesk, said: str) -> PublishedRules:
    """Find a version of the shop by its number; raises NotHere."""
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0  # noqa: PLR2004  # fits the column
    found = PublishedRules.objects.filter(shop=desk.shop, number=number).first()
    if found is None:
        raise NotHere
    return found


def _sent(ask: Ask) -> Written:
    """Read the form; a file without text is left out. Raises Incomplete, TooMuchText."""
    pairs = list(zip(ask.all_said("name"), ask.all_said("text"), strict=False))
    if len(pairs) > _MOST_FILES or any(len(text) > _MOST_TEXT for _name, text in pairs):
        raise TooMuchText
    base = ask.said("base")
    return Written(
        dict(_files(pairs)),
        int(base) if base.isascii() and base.isdigit() and len(base) < 9 else 0,  # noqa: PLR2004  # as above
        ask.said("valid_from"),
        ask.said("note")[:500],
    )


def _files(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for said, text in pairs:
        name, plain = said.strip(), text.replace("\r\n", "\n").replace("\x00", "")
        if not plain.strip():
            continue
        if not name:
            raise Incomplete
        name = name if name.startswith(SHOP_FOLDER) else SHOP_FOLDER + name
        name = name if name.endswith(_ENDING) else f"{name}.yaml"
        yield name, plain if plain.endswith("\n") else f"{plain}\n"


def found_in(files: Mapping[str, str]) -> list[Found]:
    """Look for faults in a shop's files, each with its place; raises NotShopFiles."""
    check_names(files)
    faults = shop_faults(files)
    return [Found(each, spot_of(each, files), each.code in VOUCHED) for each in faults]


def _check(ask: Ask, desk: RuleDesk) -> HttpResponse:
    written = _sent(ask)
    return _looked_at(ask, desk, replace(written, found=found_in(written.files)))


def _try(ask: Ask, desk: RuleDesk) -> HttpResponse:
    """Say who would be treated differently by what is written."""
    written = _sent(ask)
    found = found_in(written.files)
    stopped = any(not each.vouched for each in found)
    tried = None if stopped else try_rules(desk.shop.pk, written.files, ask.now, lang())
    return _looked_at(ask, desk, replace(written, found=found, tried=tried))


def _looked_at(ask: Ask, desk: RuleDesk, written: Written) -> HttpResponse:
    return shown(ask, "_rules_found.html", written=written) if ask.part else _form(ask, desk, written)


def _publish(ask: Ask, desk: RuleDesk) -> HttpResponse:
    """Publish what is written, or hand it to a colleague; a refusal leaves the form as it was filled."""
    written = _sent(ask)
    try:
        return _published(ask, desk, written)
    except AftersaleError as refusal:
        told = f"{refusal.message.of(lang())} {refusal.next_step.of(lang())}"
        return _form(ask, desk, replace(written, told=told), 422)


def _published(ask: Ask, desk: RuleDesk, written: Written) -> HttpResponse:
    newest = newest_of(desk.shop.pk)
    if digest_of(written.files) == (newest.digest if newest else digest_of({})):
        raise NothingChanged
    valid_from = moment_said(written.valid_from)
    found = found_in(written.files)
    if stands_in_the_way(ask, found):
        told = _("Nothing was published yet: look below.")
        return _form(ask, desk, replace(written, found=found, told=told), 422)
    if ask.said("do") == "hand_in":
        handed = Handed(written.files, written.base, valid_from, written.note)
        made = hand_in(desk.shop, handed, ask.person, ask.now)
        ask.tell(_("Waits for a colleague."))
        return HttpResponseRedirect(reverse("rules_draft", args=[made.pk]))
    begins = max(valid_from, ask.now) if valid_from else ask.now
    draft = Draft(desk.shop, written.files, ask.person, ask.person, begins, written.base)
    version = publish(draft, ask.now)
    ask.tell(_("Version {number} is published.").format(number=version.number))
    return HttpResponseRedirect(f"{reverse('rules_edit')}?shop={desk.shop.pk}")


def stands_in_the_way(ask: Ask, found: Sequence[Found]) -> bool:
    """Tell whether findings forbid to publish: those the shop may vouch for do until it does."""
    return any(not (each.vouched and ask.said("vouch")) for each in found)


def moment_said(said: str) -> datetime | None:
    """Read the day from which rules hold, None for at once; raises DayUnreadable."""
    if not said:
        return None
    try:
        day = datetime.strptime(said, "%Y-%m-%d").date()  # noqa: DTZ007  # a day, put in its place below
    except ValueError:
        raise DayUnreadable(said[:64]) from None
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _choose(ask: Ask, desk: RuleDesk) -> HttpResponse:
    """Write the choices of the form as rules, to be looked at before they are published."""
    begun = _base(desk)
    wanted = Choices(
        _amount(ask, "keep_max"),
        _amount(ask, "trust_max"),
        _count(ask, "no_reason_days"),
        tuple(dict.fromkeys(ask.said("batches").replace("，", " ").replace("、", " ").split())),
    )
    files = chosen(begun.files, wanted, day_said(ask, "since", desk.today))
    told = _("The choices are written as rules below. Check them, try them, then publish.")
    return _form(ask, desk, Written(files, begun.base, found=found_in(files), told=told))


def _base(desk: RuleDesk) -> Written:
    newest = newest_of(desk.shop.pk)
    return Written(newest.files, newest.number) if newest else Written({}, 0)


def _amount(ask: Ask, name: str) -> int | None:
    said = ask.said(name)
    amount = fen_of(said) if said else None
    if said and amount is None:
        raise NotAnAmount(said)
    return amount or None


def _count(ask: Ask, name: str) -> int | None:
    said = ask.said(name)
    if said and not (said.isascii() and said.isdigit() and len(said) < 7):  # noqa: PLR2004  # no number is longer
        raise NotAnAmount(said)
    return int(said) if said else None


def _confirm(ask: Ask, desk: RuleDesk) -> HttpResponse:
    """Write a number that somebody saw in the platform's rule centre, to be looked at before it holds."""
    begun = _base(desk)
    parameter = desk.book.parameters.get(ask.said("parameter"))
    if parameter is None or ask.said("platform") not in {"douyin", "kuaishou"}:
        raise NotToBeConfirmed
    value = (_amount if parameter.unit == "fen" else _count)(ask, "value")
    if value is None:
        raise Incomplete
    since = day_said(ask, "since", desk.today) if ask.said("since") else None
    seen = Seen(value, ask.said("platform"), since, ask.said("where"), str(ask.person), desk.today)
    picture = picture_of(ask)
    files = confirmed(begun.files, parameter, seen)
    looked = Looked(seen.value, seen.platform, seen.since, seen.where)
    prove(desk.shop, parameter.name, looked, picture, (ask.person, ask.now))
    told = _("The number is written below. Check it, then publish.")
    return _form(ask, desk, Written(files, begun.base, found=found_in(files), told=told))


def _instruct(ask: Ask, desk: RuleDesk) -> HttpResponse:
    """Write a pinned instruction as a rule for as long as it is pinned, to be looked at before it holds."""
    begun, said = _base(desk), ask.said("instruction")
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 18 else 0  # noqa: PLR2004  # fits a key
    pinned = Instruction.objects.filter(shop=desk.shop, pk=number, ended_at=None).first()
    if pinned is None:
        raise NotHere
    facts = ("article_no", "reason", "live", "batch")
    about = {fact: getattr(pinned, fact) for fact in facts if getattr(pinned, fact)}
    if not about:
        raise Incomplete
    ends = pinned.until.astimezone(SHANGHAI).date() + timedelta(days=1)
    files = instructed(begun.files, Agreed(pinned.pk, about, pinned.text, desk.today, ends))
    told = _("The instruction is written as a rule below. Check it, try it, then publish it or hand it in.")
    return _form(ask, desk, Written(files, begun.base, found=found_in(files), told=told))


_DOES: dict[str, Callable[[Ask, RuleDesk], HttpResponse]] = {
    "check": _check,
    "try": _try,
    "publish": _publish,
    "hand_in": _publish,
    "choose": _choose,
    "confirm": _confirm,
    "instruct": _instruct,
}


@page
def turn(ask: Ask) -> HttpResponse:
    """Say which open proposals would change under the rules in force; nothing is written."""
    desk = desk_of(ask, Permission.MANAGE_SHOP)
    template = "_rules_turn.html" if ask.part else "rules_turn.html"
    seen = foreseen(desk.shop.pk, ask.now)
    return shown(ask, template, desk=desk, seen=seen, most=MOST, names=lambda pair: _named(pair, desk))


def _named(pair: tuple[str, str], desk: RuleDesk) -> str:
    """Say rule and remedy; a rule that holds no more has only its number."""
    rule_id, remedy = pair
    known = {rule.id: rule.title.of(lang()) for rule in desk.book.rules}
    said = desk.words.remedy(remedy) if remedy in desk.book.remedies else remedy
    return f"{said} ({rule_id} {known.get(rule_id, '')})".replace(" )", ")")


@require_POST
@page
def turn_now(ask: Ask) -> HttpResponse:
    """Judge open tickets again by the rules in force, so many at a time."""
    desk = desk_of(ask, Permission.MANAGE_SHOP)
    done = rules_changed(desk.shop.pk, ask.now, ask.person.pk)
    told = _("{tickets} tickets judged again, {turned} proposals changed.").format(
        tickets=done.tickets, turned=done.turned
    )
    if done.left:
        told += " " + _("{left} could not be judged; open them one by one.").format(left=done.left)
    ask.tell(told)
    return HttpResponseRedirect(f"{reverse('rules_edit')}?shop={desk.shop.pk}")
