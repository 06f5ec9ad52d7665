namespace Messenger.EndToEnd.Tests.Checking;

/// <summary>The checker finds every fault that is planted, and nothing in a recording without one.</summary>
public class HistoryCheckerTests
{
    private static Script Sound(int messages = 4)
    {
        var script = new Script();
        script[Script.Alice].Connects();
        script[Script.Bob].Connects();
        for (var number = 1; number <= messages; number++)
        {
            script.Store($"m{number}", Script.Alice);
            script[Script.Alice].Sends($"m{number}");
        }

        return script;
    }

    private static void Found(Script script, params FaultKind[] kinds) => Assert.Equal(kinds, script.Faults().Distinct());

    private static Script HeardBy(params string[] uuids)
    {
        var script = Sound();
        Hear(script, uuids);
        return script;
    }

    private static void Hear(Script script, params string[] uuids)
    {
        foreach (var uuid in uuids)
        {
            script[Script.Bob].Hears(uuid, $"cursor of {uuid}");
        }
    }

    [Fact]
    public void Nothing_in_a_sound_recording() => Found(HeardBy("m1", "m2", "m3", "m4"));

    [Fact]
    public void Nothing_in_an_unknown_outcome_whichever_way_it_went()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script[Script.Alice].Sends("never stored", acknowledged: false);
        script.Store("stored", Script.Alice);
        script[Script.Alice].Sends("stored", acknowledged: false);
        Hear(script, "stored");

        Found(script);
    }

    [Fact]
    public void Nothing_in_a_retry_that_was_stored_once()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script[Script.Alice].Sends("m4");

        Found(script);
    }

    [Fact]
    public void A_lost_message()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script[Script.Alice].Sends("m5");

        Found(script, FaultKind.Lost);
    }

    [Fact]
    public void A_message_that_is_kept_twice()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script.Store("m1", Script.Alice);

        Assert.Contains(FaultKind.LoggedTwice, script.Faults());
    }

    [Fact]
    public void A_message_that_nobody_sent()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script.Store("x", Script.Alice);
        Hear(script, "x");

        Assert.Contains(FaultKind.Invented, script.Faults());
    }

    [Fact]
    public void An_altered_message()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script.Log[2] = script.Log[2] with { Body = "something else" };

        Found(script, FaultKind.Altered);
    }

    [Fact]
    public void Time_that_stands_still()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script.Log[3] = script.Log[3] with { Created = script.Log[2].Created };

        Found(script, FaultKind.TimeNotIncreasing);
    }

    [Fact]
    public void A_message_that_came_twice()
    {
        var script = HeardBy("m1", "m2", "m3");
        script[Script.Bob].Hears("m3", "another cursor");
        Hear(script, "m4");

        Found(script, FaultKind.Doubled);
    }

    [Fact]
    public void A_cursor_that_came_twice()
    {
        var script = HeardBy("m1", "m2", "m3");
        script[Script.Bob].Hears("m4", "cursor of m3");

        Found(script, FaultKind.Doubled);
    }

    [Fact]
    public void A_message_that_came_again_after_a_resume()
    {
        var script = HeardBy("m1", "m2");
        script[Script.Bob].Loses().Connects(resume: "cursor of m2").Hears("m2", "cursor again");
        Hear(script, "m3", "m4");

        Found(script, FaultKind.Doubled);
    }

    [Fact]
    public void Messages_out_of_order() => Found(HeardBy("m1", "m3", "m2", "m4"), FaultKind.Reordered);

    [Fact]
    public void A_gap() => Found(HeardBy("m1", "m2", "m4"), FaultKind.Gap);

    [Fact]
    public void A_gap_that_the_resynchronisation_came_too_late_for()
    {
        var script = HeardBy("m1", "m3");
        script[Script.Bob].Loses().Connects(resume: "cursor of m3", description: "resync");
        Hear(script, "m4");

        Found(script, FaultKind.Gap, FaultKind.SilentLoss);
    }

    [Fact]
    public void Nothing_in_what_a_resynchronisation_in_time_makes_up_for()
    {
        var script = HeardBy("m1");
        script[Script.Bob].Loses().Connects(resume: "cursor of m1", description: "resync");
        Hear(script, "m4");

        Found(script);
    }

    [Fact]
    public void A_gap_over_a_resume()
    {
        var script = HeardBy("m1", "m2");
        script[Script.Bob].Loses().Connects(resume: "cursor of m2");
        Hear(script, "m4");

        Found(script, FaultKind.Gap);
    }

    [Fact]
    public void No_gap_where_the_server_said_resync_and_none_where_the_client_did_not_resume()
    {
        var script = HeardBy("m1", "m2");
        script[Script.Bob].Loses().Connects(resume: "cursor of m2", description: "resync");
        Hear(script, "m4");
        Found(script);

        script = HeardBy("m1", "m2");
        script[Script.Bob].Loses().Connects();
        Hear(script, "m4");
        Found(script);
    }

    [Fact]
    public void A_silent_loss_at_the_end() => Found(HeardBy("m1", "m2", "m3"), FaultKind.Silence);

    [Fact]
    public void A_device_that_heard_nothing_at_all() => Found(HeardBy(), FaultKind.Silence);

    [Fact]
    public void No_silence_where_the_connection_was_gone()
    {
        var script = HeardBy("m1", "m2", "m3");
        script[Script.Bob].Loses();

        Found(script);
    }

    [Fact]
    public void Silence_after_a_resume()
    {
        var script = HeardBy("m1", "m2");
        script[Script.Bob].Loses().Connects(resume: "cursor of m2");

        Found(script, FaultKind.Silence);
    }

    [Fact]
    public void An_echo()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script[Script.Alice].Hears("m1", "cursor");

        Assert.Contains(FaultKind.Echoed, script.Faults());
    }

    [Fact]
    public void A_message_after_leaving_is_overheard_and_none_is_owed()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script.Event("Leaved", Script.Bob, Script.Bob);
        script.Log.Add(new("m5", Script.Alice, "body of m5", 2000, null, null, 1, 1, 1));
        script[Script.Alice].Hears("event-5", "cursor").Sends("m5");
        Found(script);

        Hear(script, "m5");
        Found(script, FaultKind.Overheard);
    }

    [Fact]
    public void A_phantom()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        Hear(script, "m9");

        Found(script, FaultKind.Phantom);
    }

    [Fact]
    public void A_notification_before_the_login()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script[Script.Bob].Loses();
        script[Script.Bob].History.Add(new Notified(TimeSpan.FromHours(1), 9, "NotificationConversationDeleted", "c", default));

        Found(script, FaultKind.Early);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 2, false)]
    [InlineData(1, 2, false)]
    public void Counters_without_a_receipt(int readed, int delivered, bool right)
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script.Log[1] = script.Log[1] with { ReadedMembers = readed, DeliveredMembers = delivered };

        Found(script, right ? [] : [FaultKind.WrongCounter]);
    }

    [Theory]
    [InlineData("ok", 1, 2, true)]
    [InlineData("ok", 1, 1, false)]
    [InlineData("ok", 2, 2, false)]
    [InlineData("not_found", 1, 2, false)]
    [InlineData("unavailable", 1, 1, true)]
    [InlineData("unavailable", 1, 2, true)]
    [InlineData(null, 1, 2, true)]
    [InlineData(null, 1, 1, true)]
    public void Counters_after_a_delivery(string? status, int readed, int delivered, bool right)
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script[Script.Bob].Marks("MessageDelivered", new { conversationUuid = Script.Conversation, messageUuid = "M2" }, status);
        script.Log[2] = script.Log[2] with { ReadedMembers = readed, DeliveredMembers = delivered };

        Found(script, right ? [] : [FaultKind.WrongCounter]);
    }

    [Fact]
    public void Counters_after_reading_all()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script[Script.Bob].Marks("RequestMarkAllReaded", new { conversationUuid = Script.Conversation });
        Found(script, FaultKind.WrongCounter);

        for (var at = 0; at < script.Log.Count; at++)
        {
            script.Log[at] = script.Log[at] with { ReadedMembers = 2, DeliveredMembers = 2 };
        }

        Found(script);
    }

    [Fact]
    public void Too_few_members()
    {
        var script = HeardBy("m1", "m2", "m3", "m4");
        script.Log[2] = script.Log[2] with { Members = 1 };

        Found(script, FaultKind.WrongCounter);
    }
}
