"""Connect the demo's shops to the sandbox as their owner would, and let it push to the desk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import httpx2
from django.conf import settings

from aftersale.config.django import start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATIENCE_S = 30.0


def main(arguments: Sequence[str]) -> None:
    """Connect every demo shop that has an interface and is not let in, or not any more; say what failed."""
    control, port = arguments
    start()
    most = settings.PLATFORM_CALLS_PER_SECOND
    # The rooms define tables, which stand only now.
    from aftersale.config.sandbox_owner import connect  # noqa: PLC0415
    from aftersale.connections.connecting import By  # noqa: PLC0415
    from aftersale.connections.models import Link, Mode  # noqa: PLC0415
    from aftersale.domain.errors import AftersaleError  # noqa: PLC0415
    from aftersale.jobs.clock import desk_clock  # noqa: PLC0415
    from aftersale.sandbox.platform.apps import CONNECTED  # noqa: PLC0415
    from aftersale.shops.models import Shop  # noqa: PLC0415
    from aftersale.shops.models.shop import ConnectionState  # noqa: PLC0415

    with httpx2.Client(timeout=_PATIENCE_S) as client:

        def tell(place: str, values: Mapping[str, object]) -> Mapping[str, object]:
            answer = client.post(f"{control}/{place}", json=dict(values))
            found: dict[str, object] = answer.json() if answer.is_success else {}
            return found

        # As many as the desk is told it may make: what a visitor sees is not how long a guessed quota takes.
        tell("limits", {"douyin_qps": most, "kuaishou_qps": most})
        for key, story in CONNECTED.items():
            shop = Shop.objects.filter(name=story.name, demo=True).first()
            if shop is None:
                continue
            try:
                standing = Link.objects.filter(shop=shop, access_until__isnull=False)
                if not standing.filter(shop__connection__state=ConnectionState.CONNECTED).exists():
                    connect(shop, key, tell, By(None, desk_clock), Mode.PUSH)
            except AftersaleError as refusal:
                sys.stderr.write(f"{shop}: {refusal}\n")
                continue
            path = Link.objects.values_list("push_path", flat=True).get(shop=shop)
            url = f"http://127.0.0.1:{port}/push/{shop.platform}/{path}"
            tell("webhooks", {"shop": key, "url": url})


if __name__ == "__main__":
    main(sys.argv[1:])
