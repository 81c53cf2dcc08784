"""Issue, exchange and withdraw tokens by the rules of each platform; all times are the sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aftersale.sandbox.platform.case import DAY, HOUR

if TYPE_CHECKING:
    from aftersale.sandbox.platform.market import Market

MINUTE = 60_000
DOUYIN_ACCESS, DOUYIN_REFRESH = 7 * DAY, 14 * DAY
KUAISHOU_ACCESS, KUAISHOU_REFRESH = 2 * DAY, 180 * DAY
OLD_REFRESH_LIVES = 5 * MINUTE
CODE_LIVES = {"douyin": 10 * MINUTE, "kuaishou": 2 * MINUTE}
SCOPES = ("merchant_refund", "merchant_order", "merchant_logistics", "user_info")


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one token or code; `granted_at` is when the shop agreed, `until` its last moment."""

    text: str
    use: str
    shop: str
    until: int
    granted_at: int
    generation: int
    scopes: tuple[str, ...] = ()


_read = msgspec.json.Decoder(Token).decode
_read_pair = msgspec.json.Decoder(list[Token]).decode


class Pair(NamedTuple):
    """Hold what is handed out together."""

    access: Token
    refresh: Token


class TokenRefused(Exception):
    """Refuse a token or code; the text says why: invalid, expired, revoked, discarded, used."""


class Tokens:
    """Keep the tokens of all shops."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def new_code(self, shop: str, scopes: tuple[str, ...] = SCOPES) -> str:
        """Give the code that a shop's consent brings."""
        now = self._market.clock.now()
        lives = CODE_LIVES[self._market.platform_of(shop)]
        return self._issue("code", shop, now + lives, now, scopes).text

    def spend_code(self, text: str) -> Token:
        """Take a code, once."""
        with self._market.store.change():
            code = self.find(text, "code")
            self._keep(msgspec.structs.replace(code, use="spent"))
        return code

    def find(self, text: str, use: str) -> Token:
        """Find a token of a use that is good now, or raise TokenRefused."""
        kept = self._market.store.value(f"token.{text}")
        token = _read(kept) if kept else None
        if token is None or token.use != use:
            raise TokenRefused("used" if token and token.use == "spent" else "invalid")
        if token.generation != self._generation(token.shop):
            raise TokenRefused("revoked")
        if self._market.clock.now() >= token.until:
            raise TokenRefused("discarded" if token.use == "refresh" and self._replaced(token) else "expired")
        return token

    def revoke(self, shop: str) -> None:
        """Withdraw a shop's consent: every token of it is dead."""
        with self._market.store.change():
            following = str(self._generation(shop) + 1)
            self._market.store.keep_value(f"generation.{shop}", following)
            self._market.store.keep_value(f"pair.{shop}", "")

    def pair(self, shop: str) -> Pair | None:
        """Give the pair that a shop was handed last."""
        kept = self._market.store.value(f"pair.{shop}")
        return Pair(*_read_pair(kept)) if kept else None

    def issue_pair(self, shop: str, scopes: tuple[str, ...] = SCOPES, granted_at: int = 0) -> Pair:
        """Make a new pair; a refresh token of 快手 ends 180 days after the consent, however often renewed."""
        now = self._market.clock.now()
        granted = granted_at or now
        douyin = self._market.platform_of(shop) == "douyin"
        access_until = now + (DOUYIN_ACCESS if douyin else KUAISHOU_ACCESS)
        refresh_until = now + DOUYIN_REFRESH if douyin else granted + KUAISHOU_REFRESH
        with self._market.store.change():
            pair = Pair(
                self._issue("access", shop, access_until, granted, scopes),
                self._issue("refresh", shop, refresh_until, granted, scopes),
            )
            self._market.store.keep_value(f"pair.{shop}", msgspec.json.encode(list(pair)).decode())
        return pair

    def renew_douyin(self, text: str) -> Pair:
        """Renew by 抖店's rules.

        More than an hour before the end the same pair comes back; in the last hour a new one, and the old
        access token lives one hour more; after the end a new one, and the old is dead.
        """
        refresh = self.find(text, "refresh")
        now, current = self._market.clock.now(), self.pair(refresh.shop)
        if current is None or current.refresh.text != text:
            raise TokenRefused("invalid")
        if current.access.until - now > HOUR:
            return current
        with self._market.store.change():
            if now < current.access.until:
                self._keep(msgspec.structs.replace(current.access, until=now + HOUR))
            self._keep(msgspec.structs.replace(current.refresh, until=now))
            return self.issue_pair(refresh.shop, refresh.scopes)

    def renew_kuaishou(self, text: str) -> Pair:
        """Renew by 快手's rules: a new refresh token each time, the old one dies five minutes later."""
        refresh = self.find(text, "refresh")
        dies = min(refresh.until, self._market.clock.now() + OLD_REFRESH_LIVES)
        with self._market.store.change():
            self._keep(msgspec.structs.replace(refresh, until=dies))
            return self.issue_pair(refresh.shop, refresh.scopes, refresh.granted_at)

    def _replaced(self, token: Token) -> bool:
        current = self.pair(token.shop)
        return current is not None and current.refresh.text != token.text

    def _issue(self, use: str, shop: str, until: int, granted_at: int, scopes: tuple[str, ...]) -> Token:
        with self._market.store.change():
            rng = self._market.dice("token", self._market.store.number("token"))
            token = Token(
                text=f"sandbox-{use}-{rng.getrandbits(128):032x}",
                use=use,
                shop=shop,
                until=until,
                granted_at=granted_at,
                generation=self._generation(shop),
                scopes=scopes,
            )
            self._keep(token)
        return token

    def _generation(self, shop: str) -> int:
        return int(self._market.store.value(f"generation.{shop}") or 0)

    def _keep(self, token: Token) -> None:
        self._market.store.keep_value(f"token.{token.text}", msgspec.json.encode(token).decode())
