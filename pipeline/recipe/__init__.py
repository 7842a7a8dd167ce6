"""A recipe's settings, in two models that share nothing.

`Identity` is what changes the dataset, `Runtime` how the work is carried out. In the YAML file
the two may share a section (`captioner.model` is identity, `captioner.batch_size` runtime);
`pipeline.recipe_file` sorts the fields.
"""

from pipeline.recipe.applies import applying
from pipeline.recipe.base import Count, Fraction, Positive, Settings, Workers
from pipeline.recipe.captioner import (
    CaptionerSettings,
    DetectorCaptionerSettings,
    EndpointCaptionerSettings,
    TransformersCaptionerSettings,
)
from pipeline.recipe.detector import (
    ClipSettings,
    DetectorSettings,
    EndpointDetectorSettings,
    SsdDetectorSettings,
    TransformersDetectorSettings,
)
from pipeline.recipe.endpoint import (
    BudgetRuntime,
    Dollars,
    EndpointModel,
    EndpointRuntime,
    EndpointWriterSettings,
    PriceSettings,
)
from pipeline.recipe.grouping import GROUPING
from pipeline.recipe.identity import (
    CaptionsSettings,
    CoreFramesSettings,
    EmbedderSettings,
    EvidenceSettings,
    FiltersSettings,
    FramesSettings,
    GroundingSettings,
    Identity,
    OptionsSettings,
    ProgramWriterSettings,
    QuestionsSettings,
    ScenesSettings,
    SelectionSettings,
    VerdictsSettings,
    VideosSettings,
    WriterSettings,
)
from pipeline.recipe.publish import FaceBlurSettings, PublishSettings
from pipeline.recipe.recipe import ASKED, Recipe, reached, shares_writer
from pipeline.recipe.rollouts import (
    EndpointPolicySettings,
    PolicySettings,
    ProgramPolicySettings,
    RolloutsSettings,
)
from pipeline.recipe.runtime import (
    CaptionerRuntime,
    DetectorRuntime,
    EmbedderRuntime,
    EngineRuntime,
    FramesRuntime,
    Runtime,
    VideosRuntime,
)

__all__ = [
    "ASKED",
    "GROUPING",
    "BudgetRuntime",
    "CaptionerRuntime",
    "CaptionerSettings",
    "CaptionsSettings",
    "ClipSettings",
    "CoreFramesSettings",
    "Count",
    "DetectorCaptionerSettings",
    "DetectorRuntime",
    "DetectorSettings",
    "Dollars",
    "EmbedderRuntime",
    "EmbedderSettings",
    "EndpointCaptionerSettings",
    "EndpointDetectorSettings",
    "EndpointModel",
    "EndpointPolicySettings",
    "EndpointRuntime",
    "EndpointWriterSettings",
    "EngineRuntime",
    "EvidenceSettings",
    "FaceBlurSettings",
    "FiltersSettings",
    "Fraction",
    "FramesRuntime",
    "FramesSettings",
    "GroundingSettings",
    "Identity",
    "OptionsSettings",
    "PolicySettings",
    "Positive",
    "PriceSettings",
    "ProgramPolicySettings",
    "ProgramWriterSettings",
    "PublishSettings",
    "QuestionsSettings",
    "Recipe",
    "RolloutsSettings",
    "Runtime",
    "ScenesSettings",
    "SelectionSettings",
    "Settings",
    "SsdDetectorSettings",
    "TransformersCaptionerSettings",
    "TransformersDetectorSettings",
    "VerdictsSettings",
    "VideosRuntime",
    "VideosSettings",
    "Workers",
    "WriterSettings",
    "applying",
    "reached",
    "shares_writer",
]
