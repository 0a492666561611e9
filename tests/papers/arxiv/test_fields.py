import pytest

from papers.arxiv import fields


class TestDoi:
    @pytest.mark.parametrize(
        ("stated", "expected"),
        [
            ("10.1103/PhysRevD.93.016005", "10.1103/PhysRevD.93.016005"),
            (
                "10.1103/PhysRevC.76.024606 10.1103/PhysRevC.76.039902",
                "10.1103/PhysRevC.76.024606 10.1103/PhysRevC.76.039902",
            ),
            (" 10.1103/a.1, 10.1103/b.2;10.1103/c.3\n", "10.1103/a.1 10.1103/b.2 10.1103/c.3"),
            ("doi:10.1103/a.1", "10.1103/a.1"),
            ("https://doi.org/10.1103/a.1; https://dx.doi.org/10.1103/b.2", "10.1103/a.1 10.1103/b.2"),
            (
                "10.1002/(SICI)1521-3978(199901)47:1/3<3::AID-PROP3>3.0.CO;2-X",
                "10.1002/(SICI)1521-3978(199901)47:1/3<3::AID-PROP3>3.0.CO;2-X",
            ),
            ("10.1002/a,b", "10.1002/a,b"),
            ("", ""),
        ],
    )
    def test_several_stand_one_space_apart_and_bare(self, stated, expected):
        warnings = []
        assert fields.doi(stated, warnings) == expected
        assert warnings == []

    def test_one_that_is_too_long_is_dropped_with_a_warning(self):
        warnings = []
        assert fields.doi("10.1103/" + "x" * 300, warnings) == ""
        assert warnings == ["the DOI has 308 characters: kept without it"]


class TestTitle:
    def test_a_title_may_be_nought(self):
        assert fields.title("0") == "0"

    @pytest.mark.parametrize(
        ("stated", "reason"),
        [(" \n", "it has no title"), ("x" * 1_001, "its title has 1001 characters, more than 1000")],
    )
    def test_what_is_no_title_is_refused_with_the_reason(self, stated, reason):
        with pytest.raises(ValueError, match=reason):
            fields.title(stated)


def test_categories_stand_once_each_and_unknown_ones_are_told():
    warnings = []
    assert fields.categories(["cs.CL", " cs.AI ", "cs.ZZ", "cs.CL", ""], warnings) == ("cs.CL", "cs.AI")
    assert warnings == ["category ‘cs.ZZ’ is not one of arXiv's: kept without it"]


def test_a_licence_that_is_no_address_is_told_each_time():
    warnings = []
    assert fields.license("javascript:alert(1)", warnings) == fields.license("javascript:alert(1)", warnings) == ""
    assert len(warnings) == 2
