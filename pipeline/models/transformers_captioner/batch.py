"""A batch on its way to the device: stacked, pinned, and copied while the one before generates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch

from pipeline.models.transformers_captioner.prompt import Prompt

Inputs = Mapping[str, torch.Tensor]


def stacked(prompts: Sequence[Prompt], rows: int) -> Inputs:
    """The prompts' tensors along dimension 0, filled up to `rows` with the last prompt.

    All are of equal shapes, so nothing is padded.
    """
    filled = [*prompts, *[prompts[-1]] * (rows - len(prompts))]
    return {name: torch.cat([p.tensors[name] for p in filled]) for name in prompts[0].tensors}


@dataclass(slots=True)
class Staged:
    """A batch, and its tensors on the device unless there was no room for them yet."""

    prompts: Sequence[Prompt]
    inputs: Inputs | None = field(default=None, repr=False)
    copied: torch.cuda.Event | None = None

    def taken(self) -> Inputs | None:
        """The tensors, ready for the calling thread's stream; they are held here no longer."""
        inputs, self.inputs = self.inputs, None
        if inputs is not None and self.copied is not None:
            stream = torch.cuda.current_stream()
            stream.wait_event(self.copied)
            for tensor in inputs.values():
                tensor.record_stream(stream)  # its memory was handed out on the other stream
        return inputs


class Stager:
    """Copies batches on a stream of their own; on the CPU there is nothing to copy."""

    def __init__(
        self, device: torch.device, fill_up_to: Callable[[int], int] | None = None
    ) -> None:
        """
        Args:
            fill_up_to: of how many rows all batches of prompts of so many tokens shall be, since
                a compiled model is compiled anew for every size; None: of as many as there are.
        """
        self._device = device
        self._fill_up_to = fill_up_to
        self._stream: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def stage(self, prompts: Sequence[Prompt]) -> Staged:
        """Begin to copy; the tensors may be used after `Staged.taken`."""
        rows = self._fill_up_to(prompts[0].tokens) if self._fill_up_to else len(prompts)
        inputs = stacked(prompts, rows)
        if self._stream is None:
            return Staged(prompts, inputs)
        with torch.cuda.stream(self._stream):
            moved = {
                name: tensor.pin_memory().to(self._device, non_blocking=True)
                for name, tensor in inputs.items()
            }
            return Staged(prompts, moved, self._stream.record_event())
