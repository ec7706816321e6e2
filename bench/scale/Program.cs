using System.Globalization;
using CaaStle.Scale;

// scale create FOLDER ENVIRONMENTS MINUTES   creates all at once, in one process with the real engine, store and a world in a file
// scale resume FOLDER                        takes up what a killed one has left
// scale list HOME                            reads of the server that runs there: all, and parts
// scale calls                                reads of a cloud for each environment and minute, alone and together, under virtual time

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["create", var folder, var environments, var minutes]:
        await new Run(folder).CreateAsync(int.Parse(environments, CultureInfo.InvariantCulture), double.Parse(minutes, CultureInfo.InvariantCulture));
        return 0;
    case ["resume", var folder]:
        await new Run(folder).ResumeAsync();
        return 0;
    case ["list", var home]:
        await Lists.MeasureAsync(home);
        return 0;
    case ["calls"]:
        Calls.Measure();
        return 0;
    default:
        Console.Error.WriteLine("scale create FOLDER ENVIRONMENTS MINUTES | resume FOLDER | list HOME | calls");
        return 2;
}
