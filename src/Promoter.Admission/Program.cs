using System.CommandLine;
using Promoter.Admission.Commands;
using Promoter.Admission.Hosting;

var root = new RootCommand("Brings missing images to the target registry when pods ask for them.")
{
    ServeCommand.Create(),
    UngateCommand.Create(),
};

var arguments = root.Parse(args);
var exitCode = await arguments.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = ShutdownSequence.Limit });
return arguments.Errors.Count > 0 ? ExitCode.Usage : exitCode;
