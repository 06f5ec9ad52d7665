using System.CommandLine;
using Messenger.Cli.Terminal;

namespace Messenger.Cli.Commands;

/// <summary>Prints what a shell needs to complete this program's commands and options.</summary>
internal static class CompletionCommand
{
    /// <summary>Each asks the program itself: <c>messenger "[suggest:CURSOR]" "LINE"</c> prints one suggestion a line.</summary>
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            # bash: put this into ~/.bashrc
            #   eval "$(messenger completion bash)"
            _messenger() {
              local IFS=$'\n'
              COMPREPLY=($(compgen -W "$(messenger "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _messenger messenger
            """,
        ["zsh"] = """
            # zsh: put this into ~/.zshrc, after compinit
            #   eval "$(messenger completion zsh)"
            _messenger() {
              local -a found
              found=("${(@f)$(messenger "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
              [[ -n "$found" ]] && compadd -- "${found[@]}" || _files
            }
            compdef _messenger messenger
            """,
        ["fish"] = """
            # fish: put this into ~/.config/fish/completions/messenger.fish
            #   messenger completion fish > ~/.config/fish/completions/messenger.fish
            complete -c messenger -a '(messenger "[suggest:"(commandline -C)"]" (commandline -b) 2>/dev/null)'
            """,
        ["pwsh"] = """
            # pwsh: put this into $PROFILE
            #   messenger completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName messenger -ScriptBlock {
              param($wordToComplete, $commandAst, $cursorPosition)
              messenger "[suggest:$cursorPosition]" "$commandAst" 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
              }
            }
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "The shell to complete in" };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var json = CommonOptions.Json();
        var command = new Command("completion", "Prints a script that completes commands and options in a shell") { shell, json };
        command.Examples("eval \"$(messenger completion bash)\"", "messenger completion fish > ~/.config/fish/completions/messenger.fish");
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(shell)!;
            Console.WriteLine(parsed.GetValue(json)
                ? System.Text.Json.JsonSerializer.Serialize(new { shell = name, script = Scripts[name] }, Lines.Json)
                : Scripts[name]);
            return ExitCodes.Done;
        });
        return command;
    }
}
