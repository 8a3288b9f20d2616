"""Makes a trained model small: rounds, scales and writes it as int8 ONNX."""
