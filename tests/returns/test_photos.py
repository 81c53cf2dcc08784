from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings

from aftersale.evidence.models import Event
from aftersale.returns.models import Parcel, ParcelPhoto
from aftersale.returns.photos import Photo, add_photos, download
from aftersale.shops.uploads import UploadRefused
from tests.returns.bench import book, box, kinds, person
from tests.tickets.taking.notices import NOW, shop

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0" + b"a picture of a cracked cup" * 10


@pytest.fixture
def parcel() -> Parcel:
    book(shop(), person(), box())
    return Parcel.objects.get()


def test_a_photo_is_kept_under_its_hash_with_its_time_in_the_journal(parcel: Parcel) -> None:
    taken = NOW - timedelta(minutes=5)
    ((kept, new),) = add_photos(parcel.pk, [Photo("../IMG_1.jpg", JPEG, taken)], parcel.recorded_by_id, NOW)
    digest = sha256(JPEG).hexdigest()
    assert new
    assert (kept.sha256, kept.size, kept.name, kept.kind) == (digest, len(JPEG), "IMG_1.jpg", "jpg")
    assert (Path(settings.FILES) / kept.path).read_bytes() == JPEG
    event = Event.objects.get(kind="photo")
    data = json.loads(bytes(event.payload))["data"]
    assert (data["sha256"], data["size"], data["taken_at"]) == (digest, len(JPEG), taken.isoformat())
    assert event.at is not None
    assert kinds(parcel) == ["received", "photo"]


def test_the_same_photo_again_is_kept_once(parcel: Parcel) -> None:
    for name in ("a.jpg", "b.jpg"):
        add_photos(parcel.pk, [Photo(name, JPEG)], parcel.recorded_by_id, NOW)
    assert ParcelPhoto.objects.count() == 1
    assert kinds(parcel) == ["received", "photo"]


def test_a_file_that_is_no_photo_is_refused_and_none_of_them_is_kept(parcel: Parcel) -> None:
    photos = [Photo("a.jpg", JPEG), Photo("b.jpg", b"<script>alert(1)</script>")]
    with pytest.raises(UploadRefused):
        add_photos(parcel.pk, photos, parcel.recorded_by_id, NOW)
    assert not ParcelPhoto.objects.exists()


def test_a_photo_is_only_sent_as_a_download(parcel: Parcel) -> None:
    ((kept, _),) = add_photos(parcel.pk, [Photo("a.jpg", JPEG)], parcel.recorded_by_id, NOW)
    headers = download(kept).headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"
