"""The arithmetic of seats holds whatever is kept, and whoever takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from training.rules.seats import Kept, SeatCount

COUNTRIES = ["AT", "FR", "UA"]
AGENCIES = {number: COUNTRIES[number % 3] for number in range(1, 7)}


@st.composite
def seat_counts(draw) -> SeatCount:
    """A training that keeps no more than it has, before anybody registered."""
    counted = SeatCount(draw(st.integers(1, 12)))
    for share in draw(st.lists(st.sampled_from([*AGENCIES, *COUNTRIES]), unique=True, max_size=4)):
        agency_id, country = (share, None) if isinstance(share, int) else (None, share)
        most = counted.most_to_keep(Kept(0, agency_id, country), counted.kept)
        counted.kept.append(Kept(draw(st.integers(0, most)), agency_id, country))
    return counted


@given(seat_counts(), st.lists(st.sampled_from(list(AGENCIES)), max_size=30))
def test_taking_what_is_free_never_oversells_nor_breaks_a_promise(counted: SeatCount, takers: list[int]):
    for taker in takers:
        if counted.free_for((taker, AGENCIES[taker])) > 0:
            counted.take((taker, AGENCIES[taker]))

    assert counted.free_in_all >= 0
    assert counted.least_capacity <= counted.capacity
    for share in [*counted.kept, None]:
        assert counted.used_of(share) <= (counted.pool if share is None else share.seats)
        assert counted.free_of(share) >= 0
    assert sum(counted.free_of(share) for share in [*counted.kept, None]) == counted.free_in_all


@given(seat_counts(), st.lists(st.sampled_from(list(AGENCIES)), max_size=30), st.sampled_from(list(AGENCIES)))
def test_seats_kept_late_leave_the_other_promises_whole(counted: SeatCount, takers: list[int], late: int):
    for taker in takers:
        if counted.free_for((taker, AGENCIES[taker])) > 0:
            counted.take((taker, AGENCIES[taker]))
    others = [kept for kept in counted.kept if kept.agency_id != late]
    before = {kept: counted.free_of(kept) for kept in others if kept.country != AGENCIES[late]}

    most = counted.most_to_keep(Kept(0, late), others)
    counted.kept = [*others, Kept(max(0, most), late)]

    assert {kept: counted.free_of(kept) for kept in before} == before


def test_an_agency_with_seats_of_its_own_leaves_its_country_and_the_pool_alone():
    counted = SeatCount(
        10, [Kept(2, agency_id=1), Kept(3, country="FR")], {(1, "FR"): 2, (2, "FR"): 1, (3, "AT"): 4}
    )

    assert counted.free_for((1, "FR")) == 0
    assert counted.free_for((2, "FR")) == 2
    assert (counted.pool, counted.free_for((3, "AT"))) == (5, 1)


def test_what_is_held_beyond_the_seats_kept_is_taken_from_the_pool():
    counted = SeatCount(10, [Kept(2, agency_id=1)], {(1, "FR"): 5})

    assert (counted.pool, counted.free_for((2, "AT")), counted.free_for((1, "FR"))) == (5, 5, -3)


def test_an_agency_that_moved_counts_where_it_was_when_it_registered():
    counted = SeatCount(10, [Kept(2, country="UZ")], {(1, "KZ"): 2, (1, "UZ"): 1})

    assert (counted.free_for((1, "UZ")), counted.used_of(None)) == (1, 2)


def test_the_least_capacity_keeps_every_promise():
    counted = SeatCount(20, [Kept(10, agency_id=1)], {(2, "AT"): 10})

    assert counted.least_capacity == 20
