"""Say in Chinese what typer says in English of a mistyped command line."""

from __future__ import annotations

import re

# typer has no catalogue; a sentence that is not in this list stays as it is.
_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), said)
    for pattern, said in (
        (r"Invalid value for (?P<where>.+?): (?P<what>.+)", "{where} 写得不对：{what}"),
        (r"Invalid value: (?P<what>.+)", "写得不对：{what}"),
        (r"(?:file|dir|directory|path) (?P<name>'.*') does not exist\.", "没有 {name}，请检查名字和位置。"),
        (r"file (?P<name>'.*') is a directory\.", "{name} 是文件夹，这里要写文件。"),
        (r"(?:dir|directory) (?P<name>'.*') is a file\.", "{name} 是文件，这里要写文件夹。"),
        (r"(?P<name>'.*'): No such file or directory", "没有 {name}，请检查名字和位置。"),
        (r"(?P<name>'.*'): Is a directory", "{name} 是文件夹，这里要写文件。"),
        (r"(?P<name>'.*'): Permission denied", "打不开 {name}，没有权限或者正被别的程序占用。"),
        (r"Value error, (?P<value>'.*') is not one of (?P<known>.+?)\.?", "{value} 不在可选的 {known} 里。"),
        (r"Input should be greater than or equal to (?P<least>\S+)", "不能小于 {least}。"),
        (r"Input should be a valid integer.*", "要写整数。"),
        (r"Missing (?:argument|option|parameter) (?P<name>'.*')\.", "少写了 {name}。"),
        (
            r"No such command (?P<name>'.*?')\. Did you mean (?P<meant>.+?)\?",
            "没有 {name} 这个命令，是 {meant} 吗？",
        ),
        (r"No such command (?P<name>'.*?')\.(?P<rest>.*)", "没有 {name} 这个命令。{rest}"),
        (r"No such option: (?P<name>\S+)", "没有 {name} 这个选项。"),
        (
            r"No such option: (?P<name>\S+) \(Possible options: (?P<meant>.+)\)",
            "没有 {name} 这个选项，是 {meant} 吗？",
        ),
        (r"Option (?P<name>'.*') requires an argument\.", "{name} 后面要写内容。"),
        (r"Option (?P<name>'.*') does not take a value\.", "{name} 后面不写内容。"),
        (r"Got unexpected extra arguments?(?:\(s\))? \((?P<what>.+)\)", "多写了 {what}。"),
    )
)


def in_chinese(sentence: str) -> str:
    """Say a sentence of typer in Chinese, names and values as they were typed.

    >>> in_chinese("Invalid value for 'FILE': 'x.jsonl': No such file or directory")
    "'FILE' 写得不对：没有 'x.jsonl'，请检查名字和位置。"
    """
    for pattern, said in _SENTENCES:
        found = pattern.fullmatch(sentence)
        if found:
            parts = found.groupdict()
            if "what" in parts:
                parts["what"] = in_chinese(parts["what"])
            return said.format(**parts)
    return sentence
