using Promoter.Emulator.Demo;

return await EmulatorCommand.RunAsync(args);
