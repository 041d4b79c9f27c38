using Promoter.Job.Commands;

return await PromoterCommands.RunAsync(args, Console.Out, Console.Error);
