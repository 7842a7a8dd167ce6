"""The object classes of COCO, and the words that mean them.

Source: Lin et al., "Microsoft COCO: Common Objects in Context" (2014), and the label map of
TensorFlow's detection zoo. Eighty of the ninety ids are used; the gaps are classes that were
planned and never annotated, and reading the names as a dense list shifts every one after them.
"""

from typing import Final

LABELS: Final[dict[int, str]] = {
    1: "person",
    2: "bicycle",
    3: "car",
    4: "motorcycle",
    5: "airplane",
    6: "bus",
    7: "train",
    8: "truck",
    9: "boat",
    10: "traffic light",
    11: "fire hydrant",
    13: "stop sign",
    14: "parking meter",
    15: "bench",
    16: "bird",
    17: "cat",
    18: "dog",
    19: "horse",
    20: "sheep",
    21: "cow",
    22: "elephant",
    23: "bear",
    24: "zebra",
    25: "giraffe",
    27: "backpack",
    28: "umbrella",
    31: "handbag",
    32: "tie",
    33: "suitcase",
    34: "frisbee",
    35: "skis",
    36: "snowboard",
    37: "sports ball",
    38: "kite",
    39: "baseball bat",
    40: "baseball glove",
    41: "skateboard",
    42: "surfboard",
    43: "tennis racket",
    44: "bottle",
    46: "wine glass",
    47: "cup",
    48: "fork",
    49: "knife",
    50: "spoon",
    51: "bowl",
    52: "banana",
    53: "apple",
    54: "sandwich",
    55: "orange",
    56: "broccoli",
    57: "carrot",
    58: "hot dog",
    59: "pizza",
    60: "donut",
    61: "cake",
    62: "chair",
    63: "couch",
    64: "potted plant",
    65: "bed",
    67: "dining table",
    70: "toilet",
    72: "tv",
    73: "laptop",
    74: "mouse",
    75: "remote",
    76: "keyboard",
    77: "cell phone",
    78: "microwave",
    79: "oven",
    80: "toaster",
    81: "sink",
    82: "refrigerator",
    84: "book",
    85: "clock",
    86: "vase",
    87: "scissors",
    88: "teddy bear",
    89: "hair drier",
    90: "toothbrush",
}
"""Class id to name."""

_IRREGULAR: Final[dict[str, tuple[str, str]]] = {
    "person": ("a person", "people"),
    "sheep": ("a sheep", "sheep"),
    "mouse": ("a mouse", "mice"),
    "knife": ("a knife", "knives"),
    "skis": ("a pair of skis", "pairs of skis"),
    "scissors": ("a pair of scissors", "pairs of scissors"),
    "broccoli": ("a piece of broccoli", "pieces of broccoli"),
    "tv": ("a TV", "TVs"),
}

_SYNONYMS: Final[dict[str, str]] = {
    "man": "person",
    "men": "person",
    "woman": "person",
    "women": "person",
    "boy": "person",
    "girl": "person",
    "child": "person",
    "children": "person",
    "human": "person",
    "pedestrian": "person",
    "cyclist": "person",
    "driver": "person",
    "bike": "bicycle",
    "cycle": "bicycle",
    "automobile": "car",
    "taxi": "car",
    "motorbike": "motorcycle",
    "aeroplane": "airplane",
    "plane": "airplane",
    "lorry": "truck",
    "ship": "boat",
    "traffic signal": "traffic light",
    "hydrant": "fire hydrant",
    "rucksack": "backpack",
    "purse": "handbag",
    "necktie": "tie",
    "ball": "sports ball",
    "glove": "baseball glove",
    "tennis racquet": "tennis racket",
    "doughnut": "donut",
    "sofa": "couch",
    "plant": "potted plant",
    "houseplant": "potted plant",
    "table": "dining table",
    "television": "tv",
    "computer mouse": "mouse",
    "remote control": "remote",
    "phone": "cell phone",
    "mobile phone": "cell phone",
    "smartphone": "cell phone",
    "fridge": "refrigerator",
    "hair dryer": "hair drier",
}


def one(label: str) -> str:
    """The label with its article: `a car`, `an oven`, `a pair of skis`."""
    if label in _IRREGULAR:
        return _IRREGULAR[label][0]
    return f"{'an' if label[0] in 'aeiou' else 'a'} {label}"


def many(label: str) -> str:
    """The label's plural."""
    if label in _IRREGULAR:
        return _IRREGULAR[label][1]
    return f"{label}{'es' if label.endswith(('s', 'x', 'ch', 'sh')) else 's'}"


def label_for(phrase: str) -> str | None:
    """The class that a phrase names, or None where it names none.

    Only whole phrases match, with or without an article, in singular or plural: `red car` is
    no `car`, for a detector of classes cannot tell whether the car is red.
    """
    words = phrase.casefold().split()
    if words[:1] in (["a"], ["an"], ["the"]):
        words = words[1:]
    return _NAMES.get(" ".join(words))


def _names() -> dict[str, str]:
    names = {}
    for label in LABELS.values():
        for name in (label, many(label).casefold()):
            names[name] = label
    for synonym, label in _SYNONYMS.items():
        names.setdefault(synonym, label)
        names.setdefault(many(synonym), label)
    return names


_NAMES: Final = _names()
