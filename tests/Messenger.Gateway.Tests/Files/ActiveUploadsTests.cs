using System.IO.Pipelines;
using Messenger.Gateway.Files;
using Microsoft.Extensions.Time.Testing;

namespace Messenger.Gateway.Tests.Files;

/// <summary>How an upload is let go of, and what is still taken of its content then.</summary>
public class ActiveUploadsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Who_wants_an_upload_waits_until_its_receiver_has_left()
    {
        var activeUploads = new ActiveUploads(_time);
        var upload = Guid.NewGuid();
        await activeUploads.Release(upload);
        var receiver = activeUploads.Enter(upload);

        var released = activeUploads.Release(upload);
        Assert.True(receiver.Released.IsCancellationRequested);
        Assert.False(receiver.Ended.IsCancellationRequested);
        Assert.False(released.IsCompleted);
        receiver.Dispose();
        await released;
        await activeUploads.Release(upload);
    }

    [Fact]
    public async Task A_receiver_that_does_not_leave_is_not_waited_for_longer()
    {
        var activeUploads = new ActiveUploads(_time);
        var upload = Guid.NewGuid();
        using var receiver = activeUploads.Enter(upload);

        var released = activeUploads.Release(upload);
        _time.Advance(ActiveUploads.Timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(released.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await released;
        activeUploads.End(upload);
        Assert.True(receiver.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task A_later_receiver_is_not_taken_out_by_an_earlier_one()
    {
        var activeUploads = new ActiveUploads(_time);
        var upload = Guid.NewGuid();
        var earlier = activeUploads.Enter(upload);
        using var later = activeUploads.Enter(upload);
        earlier.Dispose();

        activeUploads.End(upload);
        Assert.True(later.Ended.IsCancellationRequested);
        Assert.False(earlier.Ended.IsCancellationRequested);
        await earlier.Left;
    }

    [Fact]
    public async Task What_has_come_is_taken_also_after_the_end()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[400]);
        using var end = new CancellationTokenSource();
        await using var content = new UploadContent(pipe.Reader, null, end.Token);
        await end.CancelAsync();

        var buffer = new byte[300];
        Assert.Equal(300, await content.ReadAsync(buffer));
        Assert.Equal(100, await content.ReadAsync(buffer));
        await Assert.ThrowsAsync<IOException>(() => content.ReadAsync(buffer).AsTask());
    }

    [Fact]
    public async Task A_sender_that_does_not_stop_is_not_read_for_ever()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await pipe.Writer.WriteAsync(new byte[8 * 1024 * 1024]);
        using var end = new CancellationTokenSource();
        await using var content = new UploadContent(pipe.Reader, null, end.Token);
        await end.CancelAsync();

        var (buffer, taken) = (new byte[256 * 1024], 0);
        var fault = await Record.ExceptionAsync(async () =>
        {
            while (true)
            {
                taken += await content.ReadAsync(buffer);
            }
        });
        Assert.IsType<IOException>(fault);
        Assert.InRange(taken, 1, 2 * 1024 * 1024);
    }

    [Fact]
    public async Task A_read_that_waits_ends_with_the_connection_and_is_cancelled_when_the_upload_is_lost()
    {
        var pipe = new Pipe();
        using var end = new CancellationTokenSource();
        using var lost = new CancellationTokenSource();
        await using var content = new UploadContent(pipe.Reader, null, end.Token);
        var waiting = content.ReadAsync(new byte[10], lost.Token).AsTask();
        await lost.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await using var another = new UploadContent(pipe.Reader, null, end.Token);
        waiting = another.ReadAsync(new byte[10]).AsTask();
        await end.CancelAsync();
        await Assert.ThrowsAsync<IOException>(() => waiting);
    }

    [Fact]
    public async Task The_end_of_the_body_is_the_end_of_the_content()
    {
        var pipe = new Pipe();
        await using var content = new UploadContent(pipe.Reader, null, CancellationToken.None);
        var waiting = content.ReadAsync(new byte[10]).AsTask();
        await pipe.Writer.WriteAsync(new byte[3]);
        Assert.Equal(3, await waiting);
        await pipe.Writer.CompleteAsync();
        Assert.Equal(0, await content.ReadAsync(new byte[10]));
    }
}
