"""One rule for addresses: international domains are sent in ASCII, and a letter that does not belong is named."""

from __future__ import annotations

import pytest

from training.errors import Invalid
from training.rules import addresses, alike


@pytest.mark.parametrize(
    ("typed", "stored", "sent"),
    [
        ("anna@a.example", "anna@a.example", "anna@a.example"),
        (" Anna@A.Example\u200b", "Anna@a.example", "Anna@a.example"),
        ("anna@bücher.example", "anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@BU\u0308CHER.example", "anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@xn--bcher-kva.example", "anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@почта.рф", "anna@почта.рф", "anna@xn--80a1acny.xn--p1ai"),
        ("anna@почта.example", "anna@почта.example", "anna@xn--80a1acny.example"),
        ("anna@straße.example", "anna@straße.example", "anna@xn--strae-oqa.example"),
        ("anna@東京abc.example", "anna@東京abc.example", "anna@xn--abc-dm9di64i.example"),
        ("anna@example.рф", "anna@example.рф", "anna@example.xn--p1ai"),
        ("anna@example.ею", "anna@example.ею", "anna@example.xn--e1a4c"),
        ("anna@рос.рус", "anna@рос.рус", "anna@xn--n1ade.xn--p1acf"),
        ("anna@παράδειγμα.ελ", "anna@παράδειγμα.ελ", "anna@xn--hxajbheg2az3al.xn--qxam"),
        ("anna@ışık.example", "anna@ışık.example", "anna@xn--k-ekaa7p.example"),
        ("anna@ŋɛɖə.example", "anna@ŋɛɖə.example", "anna@xn--2fa84cjag.example"),
        ("anna@почта.новая", "anna@почта.новая", "anna@xn--80a1acny.xn--80ad6ae1g"),
        ("anna@中文.中国", "anna@中文.中国", "anna@xn--fiq228c.xn--fiqs8s"),
        ("anna@ไทย.example", "anna@ไทย.example", "anna@xn--o3cw4h.example"),
        ("o'brien+x_1@a-b.example", "o'brien+x_1@a-b.example", "o'brien+x_1@a-b.example"),
    ],
)
def test_an_address_is_stored_readable_and_sent_in_ascii(typed: str, stored: str, sent: str):
    assert (addresses.checked(typed), addresses.sent(typed)) == (stored, sent)
    assert addresses.sent(stored) == sent and addresses.is_usable(typed)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("\u0430nna@a.example", "The first letter of this address is a Cyrillic а. Type it again in Latin letters."),
        ("anna.petrov\u0430@a.example", "Character 12 of this address is a Cyrillic а. Type it again in Latin letters."),
        ("an\u03bdna@a.example", "Character 3 of this address is a Greek ν. Type it again in Latin letters."),
        ("anna@ex\u0430mple.org", "Character 8 of this address is a Cyrillic а. Type it again in Latin letters."),
        ("anna@a.p\u0443.example", "Character 9 of this address is a Cyrillic у. Type it again in Latin letters."),
        ("anna@a.\u0441om", "Character 8 of this address is a Cyrillic с. Type it again in Latin letters."),
        ("anna@\u0441\u043e\u0440.example", "Character 6 of this address is a Cyrillic с. Type it again in Latin letters."),
        ("anna@EXAMPLE.\u0421\u041e\u041c", "Character 14 of this address is a Cyrillic С. Type it again in Latin letters."),
        ("a@example.\u0441\u043e", "Character 11 of this address is a Cyrillic с. Type it again in Latin letters."),
        ("a@example.xn--n1af", "Written out, this address is a@example.со. "
         "Character 11 of this address is a Cyrillic с. Type it again in Latin letters."),
        ("a@почта.\u0441\u043e", "Character 9 of this address is a Cyrillic с. Type it again in Latin letters."),
        ("a@example.кот", "Character 11 of this address is a Cyrillic к. Type it again in Latin letters."),
        ("a@example.\u03bd\u03bf", "Character 11 of this address is a Greek ν. Type it again in Latin letters."),
        ("a@example.\u0585\u057d", "Character 11 of this address is a Armenian օ. Type it again in Latin letters."),
        ("a@\u0261oogle.org", "Character 3 of this address is a phonetic ɡ. Type it again in Latin letters."),
        ("a@b\u0251d.example", "Character 4 of this address is a phonetic ɑ. Type it again in Latin letters."),
        ("\u0261eorg@a.example", "The first letter of this address is a phonetic ɡ. Type it again in Latin letters."),
        ("a@\ua4ee.org", "Character 3 of this address is a Lisu ꓮ. Type it again in Latin letters."),
        ("a@\u13aa\u13be.org", "Character 3 of this address is a Cherokee Ꭺ. Type it again in Latin letters."),
        ("a@почт\ua4ee.рф", "Character 7 of this address is a Lisu ꓮ. Type it again in Cyrillic letters."),
        ("anna@п\u006fчта.рф", "Character 7 of this address is a Latin o. Type it again in Cyrillic letters."),
        ("  \u0430nna@a.example ", "The first letter of this address is a Cyrillic а. Type it again in Latin letters."),
        (
            "anna@xn--exmple-4nf.org",
            "Written out, this address is anna@exаmple.org. "
            "Character 8 of this address is a Cyrillic а. Type it again in Latin letters.",
        ),
        (
            "анна@почта.рф",
            "Before the @ an address has only Latin letters without accents, digits and signs. This one has “а”.",
        ),
        (
            "josé@a.example",
            "Before the @ an address has only Latin letters without accents, digits and signs. This one has “é”.",
        ),
    ],
)  # fmt: skip
def test_a_letter_that_does_not_belong_is_named_with_its_place(typed: str, sentence: str):
    with pytest.raises(Invalid) as refusal:
        addresses.checked(typed)

    assert str(refusal.value.explained) == sentence == str(addresses.fault(typed))
    assert not addresses.is_usable(typed)


def test_a_last_word_in_letters_that_look_latin_is_asked_for_in_the_root_zone(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(addresses, "_is_no_top", lambda *said: False)

    with pytest.raises(pytest.fail.Exception):
        for typed in ("anna@EXAMPLE.\u0421\u041e\u041c", "a@example.\u0441\u043e"):
            with pytest.raises(Invalid):
                addresses.checked(typed)


def test_rare_scripts_and_signs_of_phonetics_are_told_by_their_lists(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(addresses, "WIDELY_WRITTEN", addresses.WIDELY_WRITTEN | {"LISU", "CHEROKEE"})
    monkeypatch.setattr(addresses, "_is_written", lambda latin: True)

    for typed in ("a@\u0261oogle.example", "a@\ua4ee.example"):
        assert addresses.checked(typed) == typed


@pytest.mark.parametrize(
    "typed",
    ["", " ", "anna", "anna@", "@a.example", "anna@a", "anna@@a.example", "anna@a..example", "a b@c.example",
     "anna@a.example, bo@b.example", "anna@[127.0.0.1]", "anna@xn--zzzzzz99999.example", f"{'a' * 65}@b.example",
     f"anna@{'a.' * 124}example", "anna@" + "ы" * 60 + ".example", "\n", "\x00@a.example", "анна", "\ud800@a.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_never_a_fault_of_ours(typed: str):
    assert addresses.fault(typed) is not None
    assert not addresses.is_usable(typed)
    addresses.key(typed)


def test_a_field_that_may_stay_empty_says_so():
    with pytest.raises(Invalid, match="Correct it or leave it empty"):
        addresses.checked("anna", optional=True)
    with pytest.raises(Invalid, match=r"and a domain\.$"):
        addresses.checked("anna")


@pytest.mark.parametrize(
    "other",
    ["Anna@xn--bcher-kva.example", "anna@XN--BCHER-KVA.EXAMPLE", " anna@bücher.example ", "anna@BÜCHER.example",
     "anna@bu\u0308cher.example"],
)  # fmt: skip
def test_an_address_is_one_address_in_whichever_form_it_is_typed(other: str):
    assert addresses.key(other) == addresses.key("anna@bücher.example") == "anna@bücher.example"
    ours, theirs = (
        alike.keys(family_name="Petrova", given_names="Anna", email=email)
        for email in (other, "anna@bücher.example")
    )
    assert ours == theirs


def test_two_addresses_stay_two():
    assert addresses.key("anna@straße.example") != addresses.key("anna@strasse.example")
    assert addresses.key("\u0430nna@a.example") != addresses.key("anna@a.example")
