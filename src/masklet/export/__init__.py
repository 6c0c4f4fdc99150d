"""A network's verbs as graphs that run without torch: ONNX and OpenVINO, with a manifest and a check."""
