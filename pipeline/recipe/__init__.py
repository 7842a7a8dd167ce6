"""A recipe's settings, in two models that share nothing.

`Identity` is what changes the dataset, `Runtime` how the work is carried out. In the YAML file
the two may share a section (`captioner.model` is identity, `captioner.batch_size` runtime);
`pipeline.recipe_file` sorts the fields.
"""

from pipeline.recipe.base import Count, Fraction, Positive, Settings
from pipeline.recipe.endpoint import (
    BudgetRuntime,
    Dollars,
    EndpointRuntime,
    EndpointWriterSettings,
    PriceSettings,
)
from pipeline.recipe.identity import (
    CaptionsSettings,
    CoreFramesSettings,
    DetectorCaptionerSettings,
    DetectorSettings,
    EmbedderSettings,
    EvidenceSettings,
    FiltersSettings,
    FramesSettings,
    GroundingSettings,
    Identity,
    OptionsSettings,
    ProgramWriterSettings,
    PublishSettings,
    QuestionsSettings,
    ScenesSettings,
    SelectionSettings,
    VerdictsSettings,
    VideosSettings,
    WriterSettings,
)
from pipeline.recipe.recipe import Recipe
from pipeline.recipe.runtime import (
    CaptionerRuntime,
    EngineRuntime,
    FramesRuntime,
    Runtime,
    VideosRuntime,
)

__all__ = [
    "BudgetRuntime",
    "CaptionerRuntime",
    "CaptionsSettings",
    "CoreFramesSettings",
    "Count",
    "DetectorCaptionerSettings",
    "DetectorSettings",
    "Dollars",
    "EmbedderSettings",
    "EndpointRuntime",
    "EndpointWriterSettings",
    "EngineRuntime",
    "EvidenceSettings",
    "FiltersSettings",
    "Fraction",
    "FramesRuntime",
    "FramesSettings",
    "GroundingSettings",
    "Identity",
    "OptionsSettings",
    "Positive",
    "PriceSettings",
    "ProgramWriterSettings",
    "PublishSettings",
    "QuestionsSettings",
    "Recipe",
    "Runtime",
    "ScenesSettings",
    "SelectionSettings",
    "Settings",
    "VerdictsSettings",
    "VideosRuntime",
    "VideosSettings",
    "WriterSettings",
]
