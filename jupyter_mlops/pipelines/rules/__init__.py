"""What a pipeline must obey, once its file has the right shape.

The rules of one module count on those of the earlier ones: structure, needs, references, outputs,
model_steps, parameters. Each yields what it finds, in no order.
"""
