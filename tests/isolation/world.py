"""Two agencies in the same trainings: whatever the second one typed bears a token of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

from tests.conftest import SECRET
from tests.isolation import kept
from tests.make import Make
from training import clock
from training.db import atomic, db
from training.models import (
    Admission,
    Agency,
    LinkPurpose,
    OutgoingMail,
    PageKind,
    PersonMerge,
    PlanStep,
    Registration,
    RegistrationState,
    Role,
    Training,
    User,
)
from training.rules.given import Given
from training.services import organisations, public_pages
from training.services.accounts import sign_ins
from training.services.accounts import users as account_users
from training.services.announcing import announced_copies
from training.services.directory import holidays, venues
from training.services.imports import staging
from training.services.letters import outbox
from training.services.merging import merges
from training.services.registrations import reserve_list, seat_requests, submissions
from training.services.trainees import records
from training.texts import links

TOKEN = "zqx"


@dataclass
class World:
    """What the tests look at: objects of agency A and of agency B by the kind that a route takes, and who asks."""

    mine: dict[str, Any]
    theirs: dict[str, Any]
    users: dict[str, User]
    trainings: list[Training]


def _agency(make: Make, token: str) -> Agency:
    return make.agency(
        name=f"{token} Service", native_name=f"{token} служба", address=f"{token} street", website=f"https://{token}.example",
        email=f"{token}@example.org", phone="",
    )  # fmt: skip


def _fill(make: Make, agency: Agency, trainings: list[Training], word: Any, by: User) -> dict[str, Any]:
    """People, registrations in every state, wishes, files and mails of an agency; one of each kind."""
    user = account_users.create(
        by=None, email=f"{word()}@example.org", name=f"{word()} Focal", role=Role.PARTNER, agency=agency
    )
    found: dict[str, Any] = {"agency": agency, "colleague": user, "user": user}
    open_to_all, by_approval = trainings
    for training in trainings:
        for _ in range(3):
            trainee = make.trainee(
                agency, family_name=f"{word()}ova", given_names=f"{word()}a", native_name=f"{word()}ова",
                function=f"{word()} clerk", rank=f"{word()} rank", email=f"{word()}@example.org",
            )  # fmt: skip
            found["trainee"] = trainee
            found["registration"] = make.registration(
                training, trainee, given=Given(remarks=f"{word()} remark")
            )
            if found["registration"].state is RegistrationState.CONFIRMED:
                found.setdefault("confirmed", found["registration"])
    submissions.return_for_correction(found["registration"], by=by, reason=f"{word()} missing")
    waiting = make.registration(by_approval, make.trainee(agency, family_name=f"{word()}ko"))
    reserve_list.reserve(waiting, by=by)
    found["seat_request"] = seat_requests.ask(
        open_to_all, by=user, agency=agency, seats=1, sentence=f"{word()} more seats"
    )
    found["batch"] = staging.stage(
        by_approval, by=user, agency=agency, content=f"Family name,Given names\n{word()},{word()}\n".encode(),
        file_name=f"{word()}.csv",
    )  # fmt: skip
    outbox.atomic(outbox.enqueue)(user, kind="test", subject=f"{word()} subject", body=f"{word()} body")
    found["mail"] = db.session.scalars(
        db.select(OutgoingMail).where(
            OutgoingMail.agency_id == agency.id, OutgoingMail.training_id.is_not(None)
        )
    ).first()
    found["link"] = one_time_link(user)
    found["token"] = token_of(found["confirmed"])
    found["pair"] = (found["trainee"], found["confirmed"].trainee)
    return found


def one_time_link(user: User) -> str:
    """What a mailed link to choose a password ends with."""
    outbox.atomic(sign_ins.mail_link)(user, LinkPurpose.RESET, "", SECRET)
    letter = db.session.scalars(
        db.select(OutgoingMail).where(OutgoingMail.user_id == user.id).order_by(OutgoingMail.id.desc())
    ).first()
    return re.search(r"/set-password/(\S+)", letter.body)[1]


def token_of(registration: Registration) -> str:
    """What the link in the person's letter ends with."""
    return links.token(registration.public_id, registration.trainee.public_id, secret_key=SECRET)


def _move(make: Make, a: Agency, b: Agency, by: User, word: Any, admin: User) -> PersonMerge:
    """What B's own focal point does that reaches into A's lists: a seat freed for A, people who change between the two.

    Returns the merge of one of B's people into one of A's.
    """
    elsewhere = make.training()
    comes, known = make.trainee(b, family_name="Plaincomer"), make.trainee(a, family_name="Plainknown")
    submissions.submit(elsewhere, by=by, trainee=comes, given=Given(remarks=f"{word()} remark"))
    records.transfer(comes, by=admin, agency=a)
    double = make.trainee(b, family_name=f"{word()}double", email=f"{word()}@example.org")
    submissions.submit(elsewhere, by=by, trainee=double, given=Given(remarks=f"{word()} remark"))
    merge = merges.merge(known, double, by=admin, values=[])
    tight = make.training(capacity=1)
    held = submissions.submit(tight, by=by, trainee=make.trainee(b, family_name=f"{word()}held"))
    make.registration(tight, make.trainee(a, family_name="Plainwaiting"))
    submissions.withdraw(held, by=by, reason=f"{word()} ill")
    return merge


def world(make: Make) -> World:
    """The two agencies, as ``_build`` makes them."""
    return kept.once("world", lambda: _build(make))


def _build(make: Make) -> World:
    """Agency A without tokens, agency B with one in every field, and somebody of each role."""
    numbers, plain = count(), count()
    admin = make.user()
    settings = organisations.Details(name="Plain Centre", accent="#112233")
    organisations.change(by=admin, details=settings)
    texts = public_pages.Details(text_en="Ours.", text_fr="Le nôtre.", text_ru="Наше.")
    public_pages.change(PageKind.PRIVACY, by=admin, details=texts)
    trainings = [make.training(capacity=4), make.training(admission=Admission.APPROVAL, capacity=4)]
    for one in trainings:
        atomic(announced_copies.let_go)(
            one.announcement
        )  # how soon after opening a test asks decides nothing
    trainer = make.user(Role.TRAINER)
    taught = make.session(trainings[0], trainings[0].ends_on, trainers=[make.trainer(user=trainer)])
    a, b = make.agency(name="Plain Service"), _agency(make, f"{TOKEN}{next(numbers)}")
    make.kept(trainings[0], by=admin, seats=1, agency=b)
    theirs = _fill(make, b, trainings, lambda: f"{TOKEN}{next(numbers)}", admin)
    mine = _fill(make, a, trainings, lambda: f"plain{next(plain)}", admin)
    merge = _move(make, a, b, theirs["user"], lambda: f"{TOKEN}{next(numbers)}", admin)
    venue = make.venue()
    hall = venues.add_room(venue, by=admin, details=venues.RoomDetails(name="Closed hall", capacity=20))
    in_a_year = datetime.combine(clock.today() + timedelta(days=365), time(9))
    block = venues.block(
        hall, by=admin, starts_local=in_a_year, ends_local=in_a_year + timedelta(hours=2), reason="painting"
    )
    holiday = holidays.add(
        by=admin,
        details=holidays.Details(first_on=in_a_year.date(), last_on=in_a_year.date(), name_en="Retreat"),
    )
    course = make.course()
    series = make.series(trainings[0], admin)
    shared = {
        "course": course, "series": series, "training": trainings[0], "session": taught, "programme": trainings[0].programme, "trainer": make.trainer(),
        "venue": venue, "block": block, "holiday": holiday, "room": venues.add_room(venue, by=admin, details=venues.RoomDetails(name="Hall", capacity=20)), "merge": merge, "none": None, "leaflet": make.leaflet("BMV"),
        "plan_step": db.session.scalars(db.select(PlanStep).where(PlanStep.training_id == trainings[0].id).order_by(PlanStep.id.desc())).first(),
    }  # fmt: skip
    users = {
        "lead of A": make.user(Role.PARTNER, agency=a, is_lead=True), "colleague of A": mine["user"],
        "lead of B": make.user(Role.PARTNER, agency=b, is_lead=True), "B": theirs["user"],
        "trainer": trainer, "trainer elsewhere": make.user(Role.TRAINER), "coordinator": make.user(Role.COORDINATOR),
        "coordinator elsewhere": make.user(Role.COORDINATOR, themes=[make.theme("ASY")]),
        "manager": make.user(Role.MANAGER), "admin": admin,
    }  # fmt: skip
    return World({**shared, **mine}, {**shared, **theirs}, users, trainings)


def hidden(make: Make, here: World) -> dict[str, Training]:
    """Trainings that agency A may not see: one whose seats are all kept for B, with B's people in it, and a draft."""
    admin, b = here.users["admin"], here.theirs["agency"]
    closed = make.training(title=f"{TOKEN}8001 closed", capacity=2)
    make.kept(closed, by=admin, seats=2, agency=b)
    make.registration(closed, make.trainee(b, family_name=f"{TOKEN}8002"))
    return {"not offered": closed, "draft": make.training(title=f"{TOKEN}8003 draft", is_open=False)}
