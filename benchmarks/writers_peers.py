"""Other tools against the same endpoint, each as its documentation says to run it.

    FOLDER/<tool>/bin/python benchmarks/writers_peers.py TOOL PORT IN_FLIGHT ROWS

Runs in the tool's own environment and imports nothing of Demitasse; the endpoint tells what came
of it. `datatrove` takes its raw-socket path at 127.0.0.1 and `datatrove-sdk` its AsyncOpenAI path,
which is what an https endpoint gets.
"""

import importlib.util
import os
import sys
import tempfile
from pathlib import Path

PEERS = ("curator", "distilabel", "datatrove", "datatrove-sdk")

_TEXT = "The frame shows a person in the centre and a bicycle on the right. " * 40


def prompts(rows: int) -> list[str]:
    return [f"Row {row}. {_TEXT}" for row in range(rows)]


def curator(port: int, in_flight: int, rows: int) -> None:
    folder = tempfile.mkdtemp()
    found = importlib.util.find_spec("litellm")
    assert found is not None and found.origin is not None
    tokenizers = Path(found.origin).parent / "litellm_core_utils" / "tokenizers"
    os.environ |= {
        # It wants a tokenizer from the network; the copy that litellm carries will do.
        "TIKTOKEN_CACHE_DIR": str(tokenizers),
        "CURATOR_CACHE_DIR": folder,
        "CURATOR_DISABLE_CACHE": "1",
        "CURATOR_VIEWER": "0",
        "TELEMETRY_ENABLED": "0",
        "CURATOR_DISABLE_RICH_DISPLAY": "1",
    }
    from bespokelabs import curator as tool  # type: ignore[import-not-found]

    model = tool.LLM(
        model_name="bench",
        backend="openai",
        backend_params={
            "base_url": f"http://127.0.0.1:{port}/v1",
            "max_requests_per_minute": 10_000_000,
            "max_tokens_per_minute": 1_000_000_000_000,
            "max_concurrent_requests": in_flight,
            "require_all_responses": False,
        },
    )
    model(prompts(rows))


def distilabel(port: int, in_flight: int, rows: int) -> None:
    from distilabel.models import OpenAILLM  # type: ignore[import-not-found]
    from distilabel.pipeline import Pipeline  # type: ignore[import-not-found]
    from distilabel.steps import LoadDataFromDicts  # type: ignore[import-not-found]
    from distilabel.steps.tasks import TextGeneration  # type: ignore[import-not-found]

    with Pipeline() as pipeline:
        load = LoadDataFromDicts(data=[{"instruction": p} for p in prompts(rows)])
        llm = OpenAILLM(model="bench", base_url=f"http://127.0.0.1:{port}/v1", api_key="none")
        load >> TextGeneration(llm=llm, input_batch_size=in_flight)
    pipeline.run(use_cache=False)


def datatrove(port: int, in_flight: int, rows: int, host: str = "127.0.0.1") -> None:
    from datatrove.data import Document  # type: ignore[import-not-found]
    from datatrove.executor import LocalPipelineExecutor  # type: ignore[import-not-found]
    from datatrove.pipeline.inference.run_inference import (  # type: ignore[import-not-found]
        InferenceConfig,
        InferenceRunner,
    )
    from datatrove.pipeline.writers import JsonlWriter  # type: ignore[import-not-found]

    folder = tempfile.mkdtemp()

    async def rollout(document, generate):  # type: ignore[no-untyped-def]
        return await generate(
            {
                "messages": [{"role": "user", "content": document.text}],
                "max_tokens": 500,
                "temperature": 0.0,
            }
        )

    runner = InferenceRunner(
        rollout_fn=rollout,
        config=InferenceConfig(
            server_type="endpoint",
            model_name_or_path="bench",
            endpoint_url=f"http://{host}:{port}",
            max_concurrent_generations=in_flight,
            rollouts_per_document=1,
        ),
        output_writer=JsonlWriter(f"{folder}/out"),
    )
    documents = [Document(text=p, id=str(i)) for i, p in enumerate(prompts(rows))]
    LocalPipelineExecutor(pipeline=[documents, runner], logging_dir=f"{folder}/logs", tasks=1).run()


def datatrove_sdk(port: int, in_flight: int, rows: int) -> None:
    datatrove(port, in_flight, rows, "127.0.0.2")


RUN = {
    "curator": curator,
    "distilabel": distilabel,
    "datatrove": datatrove,
    "datatrove-sdk": datatrove_sdk,
}

if __name__ == "__main__":
    os.environ["OPENAI_API_KEY"] = "none"
    RUN[sys.argv[1]](*map(int, sys.argv[2:5]))
