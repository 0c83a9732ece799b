"""What the command line offers is what there is."""

from __future__ import annotations

from lenet_lib import names
from lenet_lib.data import download
from lenet_lib.models import lenet
from lenet_lib.training import recipe


def test_every_name_stands_for_something_and_nothing_lacks_a_name() -> None:
    assert set(names.RecipeName) == set(recipe.RECIPES)
    assert set(names.NetworkName) == set(lenet.NETWORKS)
    assert set(names.DatasetName) == set(download.TITLES)
