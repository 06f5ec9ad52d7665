using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Attacks;

/// <summary>A process with few descriptors, and clients that want more of them than there are.</summary>
public class DescriptorTests(ITestOutputHelper output)
{
    private const int Descriptors = 640;
    private const int Many = 1000;

    [Fact]
    public async Task Connections_take_all_descriptors_but_the_last()
    {
        var settings = ServerSettings.Embedded() with { Descriptors = Descriptors };
        await using var server = await ServerProcess.StartAsync(settings);
        await using var calm = await Phone.Join(settings);
        await using var peer = await Phone.Join(settings);
        var conversation = await calm.Dialog(peer);
        List<TcpClient> silent = [];
        List<ClientWebSocket> sockets = [];
        try
        {
            // Of HTTP connections that say nothing the oldest make room.
            for (var i = 0; i < Many; i++)
            {
                silent.Add(await Connect(settings.Http));
            }

            await Served(server, calm, conversation);

            // Of WebSockets those that come too late are told so.
            var refused = 0;
            for (var i = 0; i < Many && refused < 20; i++)
            {
                var socket = new ClientWebSocket();
                socket.Options.CollectHttpResponseDetails = true;
                sockets.Add(socket);
                try
                {
                    using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                    await socket.ConnectAsync(settings.WebSocket, timeout.Token);
                }
                catch (WebSocketException)
                {
                    Assert.Equal(503, (int)socket.HttpStatusCode);
                    refused++;
                }
            }

            Assert.Equal(20, refused);
            output.WriteLine($"{sockets.Count - refused} sessions of {Descriptors} descriptors; {Directory.GetFileSystemEntries($"/proc/{server.Id}/fd").Length} open");
            await Served(server, calm, conversation);

            // And both together, again.
            for (var i = 0; i < Many; i++)
            {
                silent.Add(await Connect(settings.Http));
            }

            await Served(server, calm, conversation);
        }
        finally
        {
            silent.ForEach(client => client.Dispose());
            sockets.ForEach(socket => socket.Dispose());
        }

        // Room again.
        await using var late = await Phone.Join(settings);
    }

    private static async Task Served(ServerProcess server, Phone calm, ConversationHandle conversation)
    {
        Assert.True(server.IsRunning, server.Log.Tail);
        await server.Ready();
        await calm.Say(conversation);
        Assert.True(Directory.GetFileSystemEntries($"/proc/{server.Id}/fd").Length < Descriptors);
    }

    /// <summary>Half of a request, so that it could be one that is slow.</summary>
    private static async Task<TcpClient> Connect(Uri server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET /health/live HTTP/1.1\r\nHost: {server.Authority}\r\n")));
        }
        catch (IOException)
        {
            // It made room already.
        }

        return client;
    }
}
