"""Model servers that a run starts itself: `vllm serve`, SGLang, llama-server, or any other."""
