import pytest

from controlplane.slugs import MAX_LENGTH, BadSlug, clean_slug, free_slugs_like


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Été 2027", "ete-2027"),
        ("l’avenir", "l-avenir"),
        ("--Brest__demain--", "brest-demain"),
        ("a.b.c", "a-b-c"),
        ("Œuvrons", "oeuvrons"),
        ("xn--abc", "xn-abc"),
    ],
)
def test_what_is_typed_is_mended_where_it_can_be(typed: str, address: str) -> None:
    assert clean_slug(typed) == address


@pytest.mark.parametrize("typed", ["", "a", "ab", "x" * (MAX_LENGTH + 1), "日本語"])
def test_what_cannot_be_an_address_is_refused(typed: str) -> None:
    with pytest.raises(BadSlug):
        clean_slug(typed)


@pytest.mark.usefixtures("public_schema")
@pytest.mark.parametrize("slug", ["admin", "x" * MAX_LENGTH])
def test_what_is_proposed_can_be_taken(slug: str) -> None:
    proposed = free_slugs_like(slug, name="Maud Kervella", year=2027)
    assert proposed
    assert [clean_slug(other) for other in proposed] == proposed
