"""After a merge, letters that wait go to whom they concern now, and the links in them open the right page."""

from __future__ import annotations

import pytest

from tests.conftest import SECRET
from tests.make import Make
from tests.services.letters.mailed import opens, rows, send, to
from training.models import Admission, MailState
from training.services.merging import merges
from training.services.registrations import reserve_list, submissions
from training.services.trainings import moves
from training.texts import links


def test_a_merge_with_somebody_of_another_agency_does_not_bring_their_name_into_letters(
    focal, make: Make, app
):
    training = make.training()
    kept, gone = make.trainee(family_name="Othername"), make.trainee(focal.agency, family_name="Oldname")
    make.registration(training, gone)
    merges.merge(kept, gone, by=make.user(), values=[])
    moves.change_state(training, name="cancel", by=make.user(), reason="floods")

    letters = "".join(to(send(app), focal.email))

    assert "Oldname" in letters and "Othername" not in letters


def test_after_a_merge_and_after_its_undoing_the_right_person_gets_a_link_that_works(
    focal, make: Make, app, client
):
    kept, gone = (make.trainee(focal.agency, email=f"{name}@example.org") for name in ("kept", "gone"))
    make.registration(trainee=gone)

    done = merges.merge(kept, gone, by=make.user(), values=[])
    merged = send(app)
    merges.undo(done, by=make.user())
    separated = send(app)

    assert [opens(client, body) for body in to(separated, "gone@")] == [[200]]
    assert to(merged, "gone@") == to(separated, "kept@") == []
    (letter,) = to(merged, "kept@")
    assert opens(client, letter) == [410]  # it was merged no longer than until it was undone


@pytest.mark.parametrize("step", ["confirmed", "declined"])
def test_what_else_waits_for_somebody_is_sent_after_a_merge(step, focal, make: Make, app, client):
    kept, gone = (make.trainee(focal.agency, email=f"{name}@example.org") for name in ("kept", "gone"))
    registration = make.registration(make.training(admission=Admission.APPROVAL), gone)
    if step == "confirmed":
        reserve_list.confirm(registration, by=make.user())
    else:
        submissions.decline(registration, by=make.user(), reason="no")

    merges.merge(kept, gone, by=make.user(), values=[])

    sent = send(app)
    assert to(sent, "gone@") == []
    links_of = [opens(client, body) for body in to(sent, "kept@")]
    assert links_of == (
        [[], [200]] if step == "confirmed" else [[]]
    )  # the notice, written anew, has the link
    assert [row.state for row in rows(f"trainee_{step}")] == [MailState.SENT]


def test_a_link_in_a_letter_of_after_the_merge_opens_the_page(focal, make: Make, app, client):
    kept, gone = make.trainee(focal.agency), make.trainee(focal.agency, email="gone@example.org")
    registration = make.registration(trainee=gone)
    old = links.token(registration.public_id, gone.public_id, secret_key=SECRET)

    merges.merge(kept, gone, by=make.user(), values=[])

    sent = send(app)
    assert to(sent, "gone@") == []
    (letter,) = [body for body in to(sent, focal.email) if "give each of them" in body]
    assert opens(client, letter) == [200]
    assert "You may have a newer one" in client.get(f"/my/{old}").text


def test_a_merge_tells_nobody_anew_of_what_has_ended_or_is_another_agencys(make: Make, app):
    a, by = make.agency(), make.user()
    kept, gone, foreign = make.trainee(a, email="k@example.org"), make.trainee(a), make.trainee()
    over = make.registration(trainee=gone)
    submissions.withdraw(over, by=None, reason="ill")
    make.registration(trainee=foreign)
    for one in (gone, foreign):
        merges.merge(kept, one, by=by, values=[])

    assert to(send(app), "k@example.org") == []


def test_no_merge_makes_somebody_be_written_to_who_is_told_by_the_focal_point_alone(focal, make: Make, app):
    marked = {"email": "k@example.org", "contact_via_focal_point": True}
    kept, gone = make.trainee(focal.agency, email="k@example.org"), make.trainee(focal.agency, **marked)
    strict, free = make.trainee(focal.agency, **marked), make.trainee(focal.agency)
    make.registration(trainee=kept)

    done = merges.merge(kept, gone, by=make.user(), values=[])
    other = merges.merge(strict, free, by=make.user(), values=["contact_via_focal_point"])

    assert kept.contact_via_focal_point and strict.contact_via_focal_point
    sent = send(app)
    assert to(sent, "k@example.org") == []
    assert any("give each of them" in body for body in to(sent, focal.email))
    merges.undo(done, by=make.user())
    merges.undo(other, by=make.user())
    assert [one.contact_via_focal_point for one in (kept, gone, strict, free)] == [False, True, True, False]
