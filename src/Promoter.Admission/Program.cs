using Promoter.Admission.Commands;

return await AdmissionCommands.RunAsync(args, Console.Out, Console.Error);
