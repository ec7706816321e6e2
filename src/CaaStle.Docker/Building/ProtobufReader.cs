using System.Text;

namespace CaaStle.Docker.Building;

/// <summary>Reads the fields of one protocol buffers message in the order in which they were written.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> rest = message;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, where it is a number.</summary>
    public long Number { get; private set; }

    /// <summary>Its value, where it is text, bytes or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    public bool Read()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        var key = ReadVarint();
        (Field, Number) = ((int)(key >> 3), 0);
        Bytes = [];
        switch ((int)(key & 7))
        {
            case Varint:
                Number = (long)ReadVarint();
                break;
            case Fixed64:
                Take(8);
                break;
            case LengthDelimited:
                Bytes = Take(checked((int)ReadVarint()));
                break;
            case Fixed32:
                Take(4);
                break;
            case var type:
                throw new InvalidDataException($"Protocol buffers field {Field} has the unknown wire type {type}.");
        }

        return true;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A protocol buffers number is longer than 64 bits.");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > rest.Length)
        {
            throw new InvalidDataException("A protocol buffers message ends too early.");
        }

        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
