"""The experiment file, from its text to an `Experiment` in which every name is known and every option valid.

- `yaml_file`: YAML that knows where each key stands
- `file`: what the file may say, as pydantic models
- `validation`: what is wrong with it, in words, with file and line
- `check`: looks names up, validates the options of components
- `fit`: what it asks of its models, and their backends can't do
- `learning`: what it asks of its tuning methods, and its tasks can't give
- `judging`: which judge each metric asks that asks a model
- `selections`: what it asks of candidates that are the best of others, and can't be done
- `configured`: what it chooses: components with their options, files with their adapter
- `load`: all of this in order; what the rest of shoptune starts from
- `schema`: the file's JSON Schema, for editors
"""
