from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from aftersale.sandbox.wire.signing import douyin_event_sign, kuaishou_seal
from tests.sandbox.running import APP_KEY, APP_SECRET, Running, listening

KEY = "MDEyMzQ1Njc4OWFiY2RlZg=="
GOOD_DOUYIN, GOOD_KUAISHOU = b'{"code":0,"msg":"success"}', b'{"result":1}'


def opened(body: bytes) -> dict[str, Any]:
    cipher = Cipher(algorithms.AES(base64.b64decode(KEY)), modes.CBC(bytes(16))).decryptor()
    padded = cipher.update(base64.b64decode(body)) + cipher.finalize()
    unpadder = padding.PKCS7(128).unpadder()
    found: dict[str, Any] = json.loads(unpadder.update(padded) + unpadder.finalize())
    return found


def tags(got: list[tuple[dict[str, str], bytes]]) -> list[str]:
    return [json.loads(body)[0]["tag"] for _, body in got]


def test_the_public_vectors_of_messages_are_met() -> None:
    body = (
        b'[{"tag":"200","msg_id":"m-0001",'
        b'"data":"{\\"aftersale_id\\":7123456789012345678,\\"aftersale_status\\":6}"}]'
    )
    assert douyin_event_sign(APP_KEY, body, APP_SECRET) == "c348cb07d8cd5ba4e099a206f5b6d573"
    assert kuaishou_seal(b'{"test":true}', KEY) == b"watm3Pt/wCJGbPJJXW0XpA=="


def test_an_address_is_tried_when_it_is_saved(sandbox: Running) -> None:
    with listening(GOOD_DOUYIN) as post:
        assert sandbox.control("webhooks", {"shop": "snack", "url": post.url})["acknowledged"] is True
        assert tags(post.got) == ["0"]
    assert sandbox.control("heartbeat", {"shop": "snack"})["acknowledged"] is False
    sandbox.control("webhooks", {"shop": "snack", "url": ""})


def test_messages_go_to_this_machine_only(sandbox: Running) -> None:
    body = json.dumps({"shop": "snack", "url": "http://shop.example.com:80/push"}).encode()
    answer = sandbox.http(f"{sandbox.addresses['control']}/webhooks", body=body)
    assert answer.status == 400


def test_what_happens_to_a_ticket_is_told_in_signed_messages(sandbox: Running) -> None:
    with listening(GOOD_DOUYIN) as post:
        sandbox.control("webhooks", {"shop": "kitchen", "url": post.url})
        ticket = sandbox.raise_ticket("kitchen", "shipped")
        sandbox.operate(201, ticket, "kitchen")
        post.wait(4)
        sandbox.control("webhooks", {"shop": "kitchen", "url": ""})
    assert tags(post.got) == ["0", "200", "201", "206"]
    for headers, body in post.got:
        right = hashlib.md5(APP_KEY.encode() + body + APP_SECRET.encode(), usedforsecurity=False)
        assert (headers["app-id"], headers["event-sign"]) == (APP_KEY, right.hexdigest())
    data = json.loads(json.loads(post.got[1][1])[0]["data"])
    assert (data["aftersale_id"], data["aftersale_status"], data["shop_id"]) == (int(ticket), 6, 70000002)
    assert data["update_time"].endswith("+08:00")


def test_a_dispute_is_told_from_the_buyers_wish_to_the_ruling(sandbox: Running) -> None:
    with listening(GOOD_DOUYIN) as post:
        sandbox.control("webhooks", {"shop": "wear", "url": post.url})
        ticket = sandbox.raise_ticket("wear", "shipped")
        for verb in ("refuse", "dispute", "judge"):
            sandbox.control(f"tickets/{ticket}/{verb}", {})
        post.wait(9)
        sandbox.control("webhooks", {"shop": "wear", "url": ""})
    assert tags(post.got) == ["0", "200", "204", "212", "217", "213", "216", "201", "206"]
    ruling = json.loads(json.loads(post.got[6][1])[0]["data"])
    assert ruling["arbitrate_conclusion"] == 3


def test_messages_of_kuaishou_are_encrypted_and_tell_each_step(sandbox: Running) -> None:
    with listening(GOOD_KUAISHOU) as post:
        sandbox.control("webhooks", {"shop": "home_ks", "url": post.url})
        ticket = sandbox.raise_ticket("home_ks", "return")
        sandbox.control(f"tickets/{ticket}/withdraw", {})
        post.wait(3)
        sandbox.control("webhooks", {"shop": "home_ks", "url": ""})
    first, added, updated = (opened(body) for _, body in post.got)
    assert first == {"test": True}
    assert (added["event"], added["bizId"]) == ("kwaishop_aftersales_addRefund", int(ticket))
    info = json.loads(updated["info"])
    assert (info["refundId"], info["status"], info["eventType"]) == (int(ticket), 70, 70)
    assert post.got[0][0]["content-type"].startswith("text/plain")


def test_a_message_that_is_not_acknowledged_comes_again(sandbox: Running) -> None:
    with listening(GOOD_DOUYIN, b'{"code":40041}', GOOD_DOUYIN) as post:
        sandbox.control("webhooks", {"shop": "snack", "url": post.url})
        sandbox.raise_ticket("snack", "return")
        post.wait(2)
        sandbox.jump(0.01)
        post.wait(3)
        sandbox.control("webhooks", {"shop": "snack", "url": ""})
    assert post.got[1][1] == post.got[2][1]


def test_messages_can_be_lost_doubled_and_late(sandbox: Running) -> None:
    for kind, method in (("push_lose", "200"), ("push_duplicate", "204"), ("push_reorder", "212")):
        fault = {"kind": kind, "platform": "douyin", "method": method, "times": 1, "seconds": 0.5}
        sandbox.control("faults", fault)
    with listening(GOOD_DOUYIN) as post:
        sandbox.control("webhooks", {"shop": "kitchen", "url": post.url})
        ticket = sandbox.raise_ticket("kitchen", "shipped")
        sandbox.control(f"tickets/{ticket}/refuse", {})
        sandbox.control(f"tickets/{ticket}/dispute", {})
        post.wait(6)
        sandbox.control("webhooks", {"shop": "kitchen", "url": ""})
    sandbox.control("faults", verb="DELETE")
    assert tags(post.got) == ["0", "204", "204", "217", "213", "212"]
    states = {each["state"] for each in sandbox.get("pushes")["counts"]}
    assert {"lost", "delivered"} <= states


def test_under_load_kuaishou_names_no_open_id(sandbox: Running) -> None:
    sandbox.control("faults", {"kind": "push_no_open_id", "times": 1})
    with listening(GOOD_KUAISHOU) as post:
        sandbox.control("webhooks", {"shop": "home_ks", "url": post.url})
        sandbox.raise_ticket("home_ks", "return")
        post.wait(2)
        sandbox.control("webhooks", {"shop": "home_ks", "url": ""})
    sandbox.control("faults", verb="DELETE")
    assert opened(post.got[1][1])["openId"] == ""


def test_without_an_answer_to_the_heartbeat_kuaishou_pauses(sandbox: Running) -> None:
    with listening(GOOD_KUAISHOU, b'{"result":0}', GOOD_KUAISHOU) as post:
        sandbox.control("webhooks", {"shop": "home_ks", "url": post.url})
        assert sandbox.control("heartbeat", {"shop": "home_ks"})["acknowledged"] is False
        sandbox.raise_ticket("home_ks", "return")
        time.sleep(0.5)
        assert len(post.got) == 2
        assert sandbox.control("heartbeat", {"shop": "home_ks"})["acknowledged"] is True
        post.wait(4)
        sandbox.control("webhooks", {"shop": "home_ks", "url": ""})
    assert opened(post.got[3][1])["event"] == "kwaishop_aftersales_addRefund"


def test_an_address_that_does_not_acknowledge_is_not_kept(sandbox: Running) -> None:
    with listening(b"<html>") as post:
        assert sandbox.control("webhooks", {"shop": "wear", "url": post.url})["acknowledged"] is False
        sandbox.raise_ticket("wear", "return")
        time.sleep(0.5)
    assert len(post.got) == 1
