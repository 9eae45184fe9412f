/** Made by `npm run types` from docs/reference/openapi.json. */

export interface paths {
    "/api/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the account has: pipelines, people, kinds of task, fields, catalogues, numbers, models. What the settings declare, and what the
         *     connected CRM has besides. */
        get: operations["show_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the team has to know, the newest first. */
        get: operations["alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All bots. */
        get: operations["list_bots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One bot: its live document and its draft. */
        get: operations["show_bot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Saves a draft: any JSON object, with or without errors. Tells what the checker says. What is live already, canvas included, leaves no
         *     draft behind. */
        put: operations["save_draft"];
        post?: never;
        /** Removes a draft; what is live stays. */
        delete: operations["discard_draft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}/knowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a live bot's knowledge has for a question, in all of its sources. */
        get: operations["search_knowledge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the draft, or the document given, live. One with errors never is. */
        post: operations["publish_bot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs a bot for a contact, who is made if need be. If the bot has an `api` trigger, its conditions count; `not_started` tells why it did not start. */
        post: operations["run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a bot's sessions for a contact. */
        post: operations["stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}/tests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The dialog tests of a bot: those in the file beside its own, then those that the store keeps. */
        get: operations["list_tests"];
        put?: never;
        /** Runs dialog tests with a draft. Nothing is kept, no message and no call goes out. */
        post: operations["run_tests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}/tests/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keeps a dialog test of a bot, in the place of the one with this name, else behind all: in the file beside the bot's own; of a bot that
         *     has no file, in the store. */
        put: operations["keep_test"];
        post?: never;
        /** Removes the dialog tests of a bot that have this name. */
        delete: operations["delete_test"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A bot's publications, the newest first; none: it was never published. */
        get: operations["list_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bots/{id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One publication of a bot, by its number or its version, with its document. Saving that as the draft restores it. */
        get: operations["show_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/catalogs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The catalogues that bots may look into: those in files, and the CRM's lists that the settings name. */
        get: operations["list_catalogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/catalogs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a catalogue has for a name, as a `find` step would find it. 502 with the reason where the catalogue can't be read. */
        get: operations["search_catalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the connection to WhatsApp stands. */
        get: operations["show_connection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Contacts, those first that were active last; with `q` only those that are found by it. */
        get: operations["contacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A contact by phone number or id: leads, windows, sessions. */
        get: operations["show_contact"];
        put?: never;
        post?: never;
        /** Removes all that is known of a contact: value, names, media, journal, transcript, entries of the dead list and alerts; also of those
         *     that turned out to be this one. Cannot be undone. */
        delete: operations["erase"];
        options?: never;
        head?: never;
        /** Sets fields, all or none, and tags of a contact or its lead; bots that watch them start. */
        patch: operations["change"];
        trace?: never;
    };
    "/api/v1/contacts/{contact}/handoff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A person takes the conversation from the bot. */
        post: operations["hand_off"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The transcript, newest first. */
        get: operations["messages"];
        put?: never;
        /** Writes to the customer as a person of the business. */
        post: operations["write"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The notes on a contact and its leads, newest first, as far back as the journal is kept. */
        get: operations["list_notes"];
        put?: never;
        /** Writes a note on a contact or its lead. */
        post: operations["add_note"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A person gives the conversation back to the bot. */
        post: operations["release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The running sessions of a contact. */
        get: operations["sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact}/subscribers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes agents and teams subscribers of the conversation, or takes them off: `internal_message` steps without `to` are for them. */
        post: operations["change_subscribers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a task for somebody. */
        post: operations["add_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact}/tasks/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Completes an open task of a contact. */
        post: operations["complete_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{contact}/traces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What ran for a contact and why: the traces of its turns, newest first. */
        get: operations["traces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Conversations, for an inbox: those of one colleague, those that nobody has, those that wait longest. */
        get: operations["conversations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events that could not be processed, the newest first. */
        get: operations["list_dead_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an entry off the list, for good. */
        delete: operations["remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Processes an entry again, and takes it off the list. One that fails again is put on it anew. */
        post: operations["retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The facts of each commit, as they happen: `event: commit` with `{"contact", "at", "facts"}`. `event: missed` tells a reader that was
         *     too slow how many commits it did not get. */
        get: operations["listen"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Forms whose Flow JSON lies beside the bots: `flows/NAME.json` in their folder. */
        get: operations["list_flows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/import/kommo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Salesbots of Kommo as bots of ours: an exported file, or what "View source" shows, alone or with names for its ids. Nothing is saved. */
        post: operations["import_kommo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/media/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A medium that a customer sent, by its id as transcripts and saved answers hold it. It is a file to save, whatever its type says. */
        get: operations["show_medium"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/previews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Plays a draft: what the customer would see, and what each line did. Nothing is kept, no message and no call goes out. */
        post: operations["preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/previews/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the model for the answer to the call that a preview waits for, with that preview's own conversation. Nothing is kept: a `reply` line
         *     takes the answer into the preview. 403 where the setting `openai.previews` does not allow it, 429 where it is asked too often, 502 with
         *     the reason where the model gave no answer. */
        post: operations["ask_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/previews/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Draws a screen of a form, after the customer's action if there is one. Nothing is kept: the same request gives the same answer. */
        post: operations["preview_form"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/samples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bots that ship with the program, to begin one from. */
        get: operations["list_samples"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/samples/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them, with its dialog tests. */
        get: operations["show_sample"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sandbox/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Writes to the business as a customer. Only where no number is connected; what bots answer stands in the contact's messages. */
        post: operations["say"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sessions, those first that started last. */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One session, to replay: its turns on the version that ran, and the chat, to its end or as it was after one of its turns. */
        get: operations["show_session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign_in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether one has to sign in, and has. */
        get: operations["show_sign_in"];
        put?: never;
        /** Signs a browser in, for 30 days: the answer sets a cookie that counts as the token. */
        post: operations["sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign_out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs a browser out. The cookie of another one goes on to count. */
        post: operations["sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tasks, of all contacts: what is due first comes first, what has no time comes last. */
        get: operations["list_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The templates of the connected accounts, as far as they are known. They are asked of WhatsApp at the start, when one changes, and
         *     every six hours. */
        get: operations["templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triggers/stage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A lead entered a stage: starts the bots that wait for it. 202 tells which started and, for each that did not, why. */
        post: operations["stage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What models were used for: calls, tokens and cost by day, bot and model. It names no customer, and stays when one is erased. */
        get: operations["show_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What is declared, and what the CRM has besides; where there is nothing, any name is accepted. */
        Account: {
            /** @description What `find` and `items` may name. */
            catalogs: components["schemas"]["Named"][];
            fields: components["schemas"]["AccountFields"];
            /** @description Names of models that `ai_…` steps can use. */
            models: string[];
            /** @description The business's numbers, the default first. */
            numbers: components["schemas"]["NumberView"][];
            pipelines: components["schemas"]["PipelineView"][];
            /** @description Whether the server runs without WhatsApp. */
            sandbox: boolean;
            task_kinds: components["schemas"]["Named"][];
            teams: components["schemas"]["Named"][];
            users: components["schemas"]["Named"][];
        };
        AccountFields: {
            contact: components["schemas"]["Field"][];
            lead: components["schemas"]["Field"][];
        };
        Acknowledged: {
            contact: string;
            human?: components["schemas"]["HumanView"] | null;
            /** @description Whoever the conversation is assigned to. */
            owner?: Record<string, never> | null;
            /** @description Agents and teams who want to know of the conversation. */
            subscribers: Record<string, never>[];
        };
        /**
         * @description Who is to act in a conversation: `idle`: nobody, for no bot runs and no person has it; `bot`: a bot; `waiting`: a person, for whose answer
         *     the customer waits; `human`: a person, who has answered.
         * @enum {string}
         */
        Acting: "idle" | "bot" | "waiting" | "human";
        Alert: {
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            at: number;
            bot?: string | null;
            /**
             * Format: int64
             * @description WhatsApp's code, where a send failed.
             */
            code?: number | null;
            contact?: string | null;
            /** @description A stable word. */
            name: string;
            /** @description What to do, where a send failed. */
            remedy?: string | null;
            step?: string | null;
            /** @description What happened and what to do. */
            text: string;
        };
        /** @description A bot with its documents. */
        BotDetail: components["schemas"]["BotSummary"] & {
            /** @description What is live. */
            document?: Record<string, never> | null;
            draft?: components["schemas"]["Draft"] | null;
        };
        /** @description A bot in the list. */
        BotSummary: {
            /** @description What the checker finds in the draft; without one, in the file, else in what is live. */
            errors: number;
            /** @description Its file, where it came from one. */
            file?: string | null;
            /** @description Whether something is saved that is not live. */
            has_draft: boolean;
            id: string;
            /** @description As it is live; where nothing is live, as it is being worked on. */
            name: string;
            /**
             * Format: int64
             * @description The number of what is live.
             */
            number?: number | null;
            /**
             * Format: int64
             * @description Sessions that began with it and run.
             */
            open_sessions: number;
            /** @description What is wrong with its file; the last good version stays live. */
            problems: Record<string, never>[];
            /**
             * Format: int64
             * @description Sessions that began with it in the last seven days.
             */
            sessions_7d: number;
            /** @description What starts it. */
            triggers: string[];
            /** @description The version that is live; none: it was never published, or its file is gone. */
            version?: string | null;
            /**
             * Format: int64
             * @description How often it was published.
             */
            versions: number;
            warnings: number;
        };
        /** @description A call that waits for its answer. */
        CallView: {
            /** Format: int32 */
            entry: number;
            /** @description `http`, `ai_reply`, `ai_route`, `ai_extract`. */
            kind: string;
            /** @description What would go out; secrets by their name. */
            request: Record<string, never>;
            /** @description The step that made it. */
            step?: string | null;
        };
        /** @description An item of a catalogue. */
        CatalogItem: {
            fields: Record<string, never>;
            id: string;
            name: string;
            /** Format: double */
            price?: number | null;
        };
        /** @description Items of a catalogue. */
        CatalogItems: {
            /** @description The best first, 50 at most: the first one is what a `find` step gets. */
            items: components["schemas"]["CatalogItem"][];
        };
        /** @description A catalogue, for whoever designs bots. */
        CatalogState: {
            /** @description As bots name it. */
            id: string;
            /** @description How many items it has; null where it is kept elsewhere. */
            items?: number | null;
            /** @description Where it is kept: `file`, `kommo`. */
            kept: string;
            name: string;
            /** @description What could not be read of it. */
            problems: string[];
        };
        /** @description One thing that the connection needs. */
        Check: {
            /** @description When that was seen, in ISO 8601. */
            at?: string | null;
            /** @description What is known. */
            detail: string;
            /** @description What to do, where something is to be done. */
            help?: string | null;
            /** @description `token`, `number`, `app_secret`, `verify_token`, `webhook`, `business_account`, `templates`, `sending`. */
            id: string;
            state: components["schemas"]["Standing"];
        };
        /** @description How a task was completed. */
        Completion: {
            /** @description Who completed it: a user's id. */
            by?: string | null;
            /** @description What came of it. */
            result?: string | null;
        };
        ConnectionView: {
            checks: components["schemas"]["Check"][];
            /** @description The business's numbers, the default first. */
            numbers: components["schemas"]["NumberView"][];
            /** @description Whether the server runs without WhatsApp. */
            sandbox: boolean;
            /** @description `embedded`, `redis`, `redis+sentinel`, `redis+cluster`. */
            store: string;
            /** @description The program's version. */
            version: string;
            /** @description Where Meta's webhooks come in, below the server's public address. */
            webhook_path: string;
        };
        /** @description A contact by a name of theirs: `phone`, or `id`, or `user_id`. One who is not known yet is made, except by `id`. */
        ContactName: {
            /** @description As the API gives it; stands alone. */
            id?: string | null;
            name?: string | null;
            /** @description With country code: `+5511987654321`. */
            phone?: string | null;
            /** @description WhatsApp's business-scoped user id, of customers who show no number: `BR.1349120865530274`. */
            user_id?: string | null;
        };
        /** @description A part of the list of contacts. */
        ContactPage: {
            contacts: components["schemas"]["ContactRow"][];
            /** @description For `after`; none: this is the last page. */
            next?: string | null;
        };
        /** @description A contact in a list. */
        ContactRow: components["schemas"]["Listed"] & {
            /** @description ISO 8601, to the hour; when anything last happened to it. */
            last_active: string;
        };
        /** @description A contact with what runs for them. */
        ContactView: {
            company: Record<string, never>;
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            created: number;
            email?: string | null;
            fields: Record<string, never>;
            id: string;
            identity: Record<string, never>;
            language?: string | null;
            /** @description The current one last. */
            leads: components["schemas"]["LeadView"][];
            name?: string | null;
            opted_in?: boolean | null;
            owner?: string | null;
            /** @description Entries that wait: sends, calls, timers. */
            pending: number;
            phone?: string | null;
            sessions: components["schemas"]["SessionView"][];
            tags: string[];
            /** @description Those that are open, the oldest first. */
            tasks: components["schemas"]["TaskView"][];
            /** @description The customer service window of the default number. */
            window: components["schemas"]["Window"];
            /** @description By number of the business. */
            windows: {
                [key: string]: components["schemas"]["Window"];
            };
        };
        /** @description A part of the list of conversations. */
        ConversationPage: {
            conversations: components["schemas"]["ConversationRow"][];
            /** @description For `after`; none: this is the last page. */
            next?: string | null;
        };
        /** @description A conversation in a list. Its times are told to the minute. */
        ConversationRow: {
            contact: components["schemas"]["Listed"];
            /** @description ISO 8601; when something was last said, or a person took over. */
            last_active: string;
            /** @description The number of the business. */
            number: string;
            /** @description Whoever it is assigned to: `{"user": "ana"}` or `{"team": "sales"}`. */
            owner?: Record<string, never> | null;
            state: components["schemas"]["Acting"];
            /** @description ISO 8601; the customer's oldest message that nobody has answered, or a bot's handoff after it. */
            waiting_since?: string | null;
            /** @description ISO 8601; when the customer service window closes or closed. None: it was never open, or Meta refused it. */
            window_closes_at?: string | null;
        };
        /** @description An entry of the list. */
        DeadEntry: components["schemas"]["DeadEvent"] & {
            /** @description Names it in `retry` and `DELETE`. */
            id: string;
        };
        /** @description An event that was taken on and could not be processed. */
        DeadEvent: {
            /**
             * Format: int64
             * @description When it was given up: Unix milliseconds.
             */
            at: number;
            contact?: string | null;
            /** @description The event, or the part of a webhook that could not be read. Holds a customer's words. */
            event: Record<string, never>;
            /** @description What went wrong. */
            reason: string;
        };
        /** @description The dialog tests of a bot. */
        DialogTests: {
            dialogs: Record<string, never>[];
            /** @description Where they are, or would be; null: the bot has no file, and the store keeps them. */
            file?: string | null;
            /** @description Why the file's dialogs can't be read. */
            problem?: string | null;
        };
        /** @description A draft's record. */
        Draft: {
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            at: number;
            document: Record<string, never>;
        };
        /** @description A chat as it is drawn everywhere. */
        Drawn: {
            /** @description A fragment without script and style; its stylesheet is `/assets/chat.css`. */
            html: string;
        };
        /** @description A screen that was drawn. `data`, `values` and `earlier` go into the next request. */
        DrawnForm: {
            /** @description What the form sends, once it is filled in. */
            answers?: Record<string, never> | null;
            data: Record<string, never>;
            earlier: Record<string, never>;
            /** @description What is wrong with answers, by field; the action was not taken then. */
            errors: Record<string, never>;
            /** @description What the form's endpoint would be asked: `{screen, data}`. */
            exchange?: Record<string, never> | null;
            /** @description A fragment without script and style: a form whose buttons have the class `sb-form-action` and name their action by `data-action`,
             *     `data-next` and `data-at`. */
            html: string;
            screen: string;
            /** @description The ids of all screens. */
            screens: string[];
            terminal: boolean;
            title: string;
            /** @description The web address that would be opened. */
            url?: string | null;
            values: Record<string, never>;
        };
        Field: {
            key: string;
            title: string;
            /** @description `text`, `integer`, `number`, `boolean`, `date`, `list`, `map`. */
            type: string;
        };
        /** @description What changes of a contact or its lead. */
        Fields: {
            /** @description Values to set, by path: `contact.fields.budget`, `lead.price`, `lead.owner`, … */
            fields?: Record<string, never>;
            lead?: components["schemas"]["LeadChange"] | null;
            tags?: components["schemas"]["TagChange"] | null;
        };
        /** @description A form whose Flow JSON lies beside the bots. */
        FlowSummary: {
            /** @description As a bot's `flow` step names it. */
            name: string;
            /** @description Why it can't be drawn. */
            problem?: string | null;
            screens: number;
            /** @description The version of its Flow JSON; null where it can't be drawn. */
            version?: string | null;
        };
        /** @description What the customer does in a form. */
        FormAction: {
            /** @description The button's `data-at`; left out: the first button with this action. */
            at?: string | null;
            /** @description For `data_exchange`, the data that the endpoint would give. */
            data?: Record<string, never>;
            /** @description `navigate`, `complete`, `data_exchange`, `update_data`, `open_url`: the button's `data-action`. */
            name: string;
            /** @description The button's `data-next`. */
            next?: string | null;
            /** @description For `data_exchange`, the screen that the form's endpoint would show next; left out: the form stays where it is, and `exchange` tells what would be
             *     asked. */
            screen?: string | null;
        };
        /** @description Who takes the conversation. */
        HandOff: {
            number?: string | null;
            /** @description `{"user": "ana"}`, `{"team": "sales"}`, `{"round_robin": ["ana", "bia"]}`; left out: whoever comes. */
            to?: Record<string, never> | null;
        };
        /** @description A person of the business who has the conversation. */
        HumanView: {
            /** @description ISO 8601. */
            since: string;
            /** @description What the person should know: the bot's text, or the model's summary once it came. */
            summary?: string | null;
            /** @description Whom it was handed to: `{"user": "ana"}`, `{"team": "sales"}`; none: whoever comes. */
            to?: Record<string, never> | null;
            /** @description ISO 8601; when the bots come back by themselves. None: when it is given back. */
            until?: string | null;
        };
        /** @description One thing that a designer should know. */
        ImportFinding: {
            /** @description The bot that it is about. */
            bot: string;
            /**
             * @description Its stable name.
             * @example too_long
             */
            code: string;
            /** @description The bot does not do all that it did. Without it: it does, and this only informs. */
            is_warning: boolean;
            /** @description What it is, and what was done about it, in English. */
            message: string;
            /** @description Where in Kommo's program: `4.question[1]`. Empty: the program as a whole. */
            place: string;
            /** @description The step of the bot that it became; none where it became no step. */
            step?: string | null;
        };
        /** @description What was counted, what was decided, and what is not known of Kommo. */
        ImportReport: {
            /** @description What a designer should look at, in the order in which it was met. */
            findings: components["schemas"]["ImportFinding"][];
            /** @description How often each handler of Kommo's stands in the programs that were read. */
            handlers: {
                [key: string]: number;
            };
            /** @description What this import relied on and Kommo's documentation does not say. */
            unconfirmed: string[];
        };
        /** @description What came of a file. */
        Imported: {
            bots: components["schemas"]["ImportedBot"][];
            /** @description Every id that was met or named. */
            ids: components["schemas"]["ImportedId"][];
            /** @description The same ids as `kommo.map.toml` has them, for the command line. */
            mapping: string;
            report: components["schemas"]["ImportReport"];
        };
        /** @description A bot that was imported. */
        ImportedBot: {
            /** @description Dialog tests that take its branches. */
            dialogs: Record<string, never>[];
            document: Record<string, never>;
            id: string;
        };
        /** @description An id of Kommo's that a bot uses. */
        ImportedId: {
            /** @description What its name has to be, in English. */
            about: string;
            id: string;
            /**
             * @description What has the id.
             * @example stages
             */
            kind: string;
            /** @description What it is called here. Empty: it has no name yet. */
            name: string;
            /** @description Where it is used: `showroom_router: step 1`, by Kommo's numbers. */
            used: string[];
        };
        /** @description Where a dialog is kept. */
        KeptAnswer: {
            /** @description Null: in the store. */
            file?: string | null;
        };
        /** @description A dialog without its name, which is in the address. */
        KeptDialog: {
            /** @description When it begins, in ISO 8601. */
            at?: string | null;
            /** @description Who writes. */
            contact?: Record<string, never>;
            steps: Record<string, never>[];
        };
        /** @description What is known. */
        Known: {
            /** @description Why less was searched than there is. */
            note?: string | null;
            /** @description The best first: what `ai_reply` would be shown. */
            passages: components["schemas"]["PassageView"][];
            sources: components["schemas"]["SourceState"][];
        };
        /** @description A file with names for its ids. The file may also come alone, as it is. */
        KommoFile: {
            /** @description The file: its text, or the JSON in it. */
            file: unknown;
            /** @description Names for Kommo's ids, by kind: `{"stages": {"4420": "qualified"}}`. The kinds and ids are those of `ids` in an answer. */
            map?: Record<string, never>;
        };
        /** @description What changes of the current lead. */
        LeadChange: {
            tags: components["schemas"]["TagChange"];
        };
        /** @description An item of a catalogue that a lead is about. */
        LeadItemView: {
            catalog: string;
            /** @description Its id in the catalogue. */
            item: string;
            name?: string | null;
            /** Format: double */
            price?: number | null;
            /** Format: double */
            quantity: number;
        };
        /** @description A deal in the pipeline. */
        LeadView: {
            /** @description Won or lost. */
            closed: boolean;
            fields: Record<string, never>;
            id: string;
            /** @description What of catalogues it is about. */
            items: components["schemas"]["LeadItemView"][];
            name?: string | null;
            owner?: string | null;
            pipeline: string;
            /** Format: double */
            price?: number | null;
            stage: string;
            tags: string[];
        };
        /** @description Why a line could not be done. */
        LineError: {
            /** @description From 0. */
            line: number;
            message: string;
        };
        /** @description Who a contact is, in a list. */
        Listed: {
            id: string;
            name?: string | null;
            phone?: string | null;
            user_id?: string | null;
            username?: string | null;
        };
        /** @description A message of the transcript. */
        MessageView: {
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            at: number;
            /** @description `in`: the customer's; `out`: the business's. */
            direction: string;
            /** @description WhatsApp's id, once there is one. */
            id?: string | null;
            message: Record<string, never>;
            /**
             * Format: int64
             * @description For `before`.
             */
            position: number;
            /** @description Of what went out: `queued`, `accepted`, `sent`, `delivered`, `read`, `played`, `failed`, or `replaced` by its template. */
            status?: string | null;
        };
        /** @description What a model answered. */
        ModelAnswer: {
            /** @description What it cost, as a decimal number with its currency; null where the settings name no prices for the model. */
            cost?: string | null;
            /**
             * Format: int32
             * @description The call that waited: the first of `calls`.
             */
            entry: number;
            /** @description What stands behind `reply` in the line that answers it: `intent`, `fields` or `text`. */
            reply: Record<string, never>;
            tokens: components["schemas"]["ModelTokens"];
        };
        /** @description Tokens, as the model's server counted them; 0 where it did not. */
        ModelTokens: {
            /** Format: int64 */
            answer: number;
            /** Format: int64 */
            prompt: number;
        };
        /** @description A colleague, a team, a kind of task or a catalogue. */
        Named: {
            id: string;
            name: string;
        };
        /** @description A note that a person of the business writes. */
        NewNote: {
            /** @description Who writes: a user's id. */
            by?: string | null;
            /** @description `contact` or `lead`, which is the current one. Left out: on the contact. */
            on?: string | null;
            text: string;
        };
        /** @description A task for somebody. */
        NewTask: {
            /** @description Who makes it: a user's id. */
            by?: string | null;
            /** @description ISO 8601. Left out: no time. */
            due?: string | null;
            /** @description One of the kinds that the settings declare, where they declare any. Left out: `follow_up`. */
            kind?: string | null;
            /** @description The id of the contact's lead that it is for. Left out: the current one, where there is one. */
            lead?: string | null;
            /** @description `{"user": "ana"}` or `{"team": "sales"}`. Left out: whoever comes. */
            owner?: Record<string, never> | null;
            text: string;
        };
        NotStarted: {
            bot: string;
            /** @description Why it did not start. */
            reason: string;
        };
        /** @description A note. */
        NoteView: {
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            at: number;
            /** @description Who wrote it: `{"user": "ana"}`, or `{"bot": "welcome", "step": "remember"}`; none: a person who gave no name. */
            by?: Record<string, never> | null;
            /** @description The id of the lead that it is on. */
            lead?: string | null;
            /** @description `contact` or `lead`. */
            on: string;
            /**
             * Format: int64
             * @description For `before`.
             */
            position: number;
            text: string;
        };
        /** @description One of the business's numbers. */
        NumberView: {
            /** @description The phone number as Meta writes it, once a webhook told it; before, the id. */
            display: string;
            /** @description WhatsApp's id of the number. */
            id: string;
            /** @description As the settings name it; else the phone number. */
            name: string;
        };
        /** @description A form that the bot sent and the customer has not submitted. */
        OpenForm: {
            /** @description What the message gives its first screen. */
            data: Record<string, never>;
            /** @description Its name or id; null where only a template knows it. */
            flow?: string | null;
            /** @description Its Flow JSON is at hand, so that `POST /api/v1/previews/form` can draw it. */
            known: boolean;
            /** @description Where it begins; null: at its first screen. */
            screen?: string | null;
        };
        /**
         * @description What becomes of the sessions that are open in older versions.
         * @enum {string}
         */
        OpenSessions: "stay" | "move" | "restart";
        /** @description What becomes of the sessions that are open in older versions of a bot, where they are to move. */
        OpenSessionsView: {
            /** @description False: there are more than were looked at. */
            counted_all: boolean;
            /**
             * Format: int64
             * @description Those that can go on in the new version.
             */
            move: number;
            /**
             * Format: int64
             * @description All of them.
             */
            open: number;
            /** @description Those that can't, by where they are: that step is gone, is of another kind, or waits for other things. */
            stay: components["schemas"]["Staying"][];
        };
        /** @description A part of a source that fits the question. */
        PassageView: {
            /**
             * Format: float
             * @description More is better; scores of different questions can't be compared.
             */
            score: number;
            source: string;
            text: string;
            /** @description The headings that it stands under. */
            title: string;
        };
        PipelineStage: {
            id: string;
            title: string;
        };
        PipelineView: {
            id: string;
            /** @description In order; those that close a lead come last. */
            stages: components["schemas"]["PipelineStage"][];
            title: string;
        };
        /** @description A session of the preview. */
        PlayedSession: {
            bot: string;
            /** @description Answers of the last form. */
            flow: Record<string, never>;
            outcome?: string | null;
            /** @description `waiting`, `running`, `ended`. */
            state: string;
            /** @description How it ended: `completed`, `failed`, … */
            status?: string | null;
            step: string;
            vars: Record<string, never>;
            /** @description `answer`, `first`, `call`, `child`, `human`. */
            waits_for?: string | null;
        };
        /** @description A draft, and what is done to it. */
        Preview: {
            /** @description When it begins, in ISO 8601; left out: now. */
            at?: string | null;
            /** @description The id that the draft runs under. */
            bot: string;
            /** @description Who writes, as the `contact` of a dialog test; left out: a guest. */
            contact?: Record<string, never>;
            /** @description The draft, saved or not; left out: the saved draft, else what is live. */
            document?: Record<string, never> | null;
            /** @description Forms (Flow JSON) by their name, saved or not; they come before those in the folder `flows` beside the bots. */
            flows?: Record<string, never>;
            /** @description The language of the drawing's own words: `en`, `es`, `pt`. What bot and customer say is theirs. */
            language?: string;
            /** @description Lines of a dialog test, 1,000 at most. `bot` and `expect` do nothing here. */
            steps: Record<string, never>[];
        };
        /** @description How things stand after the last line that could be done. */
        PreviewAnswer: {
            /** @description Calls that wait for a `reply` line, in the order in which such lines answer them. */
            calls: components["schemas"]["CallView"][];
            chat?: components["schemas"]["Drawn"] | null;
            contact?: components["schemas"]["ContactView"] | null;
            /** @description What the checker says of the draft. With errors nothing runs. */
            diagnostics: Record<string, never>[];
            error?: components["schemas"]["LineError"] | null;
            form?: components["schemas"]["OpenForm"] | null;
            /** @description When something falls due by itself, in ISO 8601. */
            next_timer?: string | null;
            /** @description The clock, in ISO 8601. */
            now: string;
            session?: components["schemas"]["PlayedSession"] | null;
            /** @description What each line did. */
            turns: components["schemas"]["TurnView"][];
            window?: components["schemas"]["Window"] | null;
        };
        /** @description A screen of a form, and what the customer does there. */
        PreviewForm: {
            action?: components["schemas"]["FormAction"] | null;
            /** @description The screen's data, at first what the message gives it; for what is left out stand the examples that the form declares. */
            data?: Record<string, never>;
            /** @description `earlier` of the answer before. */
            earlier?: Record<string, never>;
            /** @description The form's name, or its Flow JSON. */
            flow: Record<string, never>;
            /** @description The language of the drawing's own words: `en`, `es`, `pt`. */
            language?: string;
            /** @description The screen that is shown; left out: the first. */
            screen?: string | null;
            /** @description What the fields hold, by their names, as the drawn form sends it. */
            values?: Record<string, never>;
        };
        /** @description An error, for whoever called. */
        Problem: {
            /** @description What is wrong here, and what to do. */
            detail: string;
            /** @description A bot's diagnostics. */
            diagnostics?: Record<string, never>[] | null;
            /** @description The key of the body, or the parameter, that it is about. */
            key?: string | null;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What kind of error it is; the same for all of a kind. */
            title: string;
        };
        /** @description What is published: the draft, or this document. */
        Publish: {
            /** @description Left out: the draft. */
            document?: Record<string, never> | null;
            /** @description Changes nothing, and tells what would happen. */
            dry_run?: boolean;
            /** @description What changed, for people. */
            note?: string | null;
            /** @description What becomes of sessions that are open in older versions: `stay` (left out), `move`, `restart`. */
            sessions?: components["schemas"]["OpenSessions"];
        };
        PublishAnswer: {
            /** @description Warnings. */
            diagnostics: Record<string, never>[];
            /** @description The file that was written anew, where the bot came from one. */
            file?: string | null;
            /**
             * Format: int64
             * @description Counts the bot's publications from 1. What is live already keeps its number.
             */
            number: number;
            /** @description The sessions that were open in older versions, and what would become of them by `move`. */
            sessions: components["schemas"]["OpenSessionsView"];
            version: string;
        };
        /** @description How the conversation is given back. */
        Release: {
            /** @description Ends the conversation, too: the next message begins a new one. */
            close?: boolean;
            number?: string | null;
        };
        /** @description Whom a bot is run for, and how it begins. */
        Run: {
            contact: components["schemas"]["ContactName"];
            /** @description What the bot reads as `trigger.data`: any JSON. */
            data?: unknown;
            /** @description The business's number that it writes from; left out: the default one. */
            number?: string | null;
            /** @description The step that it begins with; left out: its first. */
            start?: string | null;
            /** @description Variables that it begins with, converted to the types that the bot declares. They come before those of the bot's `api` trigger. */
            variables?: Record<string, never>;
        };
        SaidAnswer: {
            contact: string;
            /** @description Id of the customer's message. */
            message: string;
        };
        /** @description A bot that ships. */
        SampleDetail: {
            /** @description Its dialog tests. */
            dialogs: Record<string, never>[];
            document: Record<string, never>;
            id: string;
        };
        /** @description A bot that ships, in the list. */
        SampleSummary: {
            /** @description What it does, by language of the reader: `en`, `es`, `pt`. */
            description: {
                [key: string]: string;
            };
            id: string;
            /** @description The language that it speaks. */
            language: string;
            name: string;
            /** @description How many steps it has. */
            steps: number;
        };
        /** @description What a saved or published document looks like to the checker. */
        Saved: {
            diagnostics: Record<string, never>[];
            draft: components["schemas"]["Draft"];
            /** @description Whether it could be published. */
            publishable: boolean;
        };
        /** @description What a customer does: exactly one of `text`, `tap`, `form` and `content`. */
        Say: {
            /** @description Any content, as the transcript shows it: `{"type": "location", "latitude": …}`. */
            content?: Record<string, never> | null;
            /** @description Answers of a form. */
            form?: Record<string, never> | null;
            /** @description With country code. */
            from: string;
            name?: string | null;
            /** @description Title or id of an option of an earlier message. */
            tap?: string | null;
            text?: string | null;
        };
        /** @description Whom a session is with. */
        SessionContact: {
            id: string;
            name?: string | null;
            phone?: string | null;
        };
        /** @description A part of the list of sessions. */
        SessionPage: {
            /** @description For `before`; none: this is the last page. */
            next?: string | null;
            sessions: components["schemas"]["SessionRow"][];
        };
        /** @description A session to replay. */
        SessionReplay: components["schemas"]["SessionRow"] & {
            /** @description The conversation from its first turn to its last. A bubble's `data-turn` is the position of the turn in which it was said. */
            chat: components["schemas"]["Drawn"];
            /** @description The bot in the version that ran; null where that is not kept any more. */
            document?: Record<string, never> | null;
            /** @description There were turns before these: they are too many to show, or were removed because they are old. */
            has_earlier: boolean;
            /** @description The version that it started in, where it went on in another. */
            moved_from?: string | null;
            /** @description Its turns, in order. */
            turns: components["schemas"]["SessionTurn"][];
        };
        /** @description A session in the list: one run of a bot. */
        SessionRow: {
            /** @description The bot that it began with. */
            bot: string;
            bot_name: string;
            /** @description The number of the business that the conversation is with. */
            business_number: string;
            contact: components["schemas"]["SessionContact"];
            /**
             * Format: int64
             * @description Unix milliseconds; null: it runs.
             */
            ended?: number | null;
            /** @description The contact's id, a dot, and the session's number within the contact. */
            id: string;
            /**
             * Format: int64
             * @description The how-manieth publication of the bot that version is; null where it was never published, or too long ago.
             */
            number?: number | null;
            /** @description What started it: `message`, `conversation`, `stage`, `api`, … */
            on: string;
            /** @description As the bot names it; null: it runs. */
            outcome?: string | null;
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            started: number;
            /** @description `completed`, `failed`, `expired`, `replaced`, `stopped`, …; null: it runs. */
            status?: string | null;
            /** @description The bot's version; after a move, the one that it goes on in. */
            version: string;
        };
        /** @description What a turn did. */
        SessionTurn: {
            /** @description ISO 8601. */
            at: string;
            /** @description The event that it was about. */
            event: string;
            /**
             * Format: int64
             * @description Its place in the journal, for `until`.
             */
            position: number;
            /** @description What happened, without what other sessions did in the same turn. */
            trace: Record<string, never>[];
        };
        /** @description A running bot. */
        SessionView: {
            /** Format: int64 */
            active: number;
            bot: string;
            /** Format: int32 */
            id: number;
            number: string;
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            started: number;
            step: string;
            variables: Record<string, never>;
            version: string;
            /** @description What it waits for: `answer`, `first`, `call`, `child`, `human`. */
            waits_for?: string | null;
        };
        /** @description The token that signs a browser in. */
        SignIn: {
            /** @description A token of SALESBOT_API_TOKEN or `salesbot.toml`. */
            token: string;
        };
        /** @description Who may call the API. */
        SignInState: {
            /** @description Whether a token is needed; without one the server answers to its own machine alone. */
            required: boolean;
            /** @description Whether this request could call the API. */
            signed_in: boolean;
        };
        /** @description A source as it was read last. */
        SourceState: {
            /** @description Whether its passages have embeddings. */
            embedded: boolean;
            name: string;
            passages: number;
            /** @description What could not be read of it, and what to do. */
            problems: string[];
        };
        /** @description A lead entered a stage. */
        Stage: {
            lead: components["schemas"]["StageLead"];
        };
        StageLead: {
            contact: components["schemas"]["ContactName"];
            /** @description The lead was created in this stage. */
            created?: boolean;
            fields?: Record<string, never>;
            /** @description The pipeline's own id of the lead: a text, or a number, which counts as its text. */
            id: string;
            name?: string | null;
            pipeline?: string | null;
            previous_stage?: string | null;
            stage: string;
        };
        /**
         * @description How a check stands.
         * @enum {string}
         */
        Standing: "ok" | "warning" | "error" | "unknown" | "off";
        /** @description What [`started`] gives, for the description of the API. */
        Started: {
            contact: string;
            not_started: components["schemas"]["NotStarted"][];
            started: components["schemas"]["StartedBot"][];
        };
        StartedBot: {
            bot: string;
            /** Format: int32 */
            session: number;
            version: string;
        };
        /** @description Sessions that would stay at a step of an older version. */
        Staying: {
            /** Format: int64 */
            count: number;
            /**
             * Format: int64
             * @description The number of that version.
             */
            number?: number | null;
            step: string;
            version: string;
        };
        /** @description Which sessions of a bot end. */
        Stop: {
            contact: components["schemas"]["ContactName"];
            /**
             * Format: int32
             * @description One session; left out: all of this bot's.
             */
            session?: number | null;
        };
        Stopped: {
            contact: string;
            /** @description Sessions that still run. */
            sessions: number[];
        };
        /** @description Who wants to know of the conversation, and who does no longer. */
        Subscribers: {
            /** @description `{"user": "ana"}`, `{"team": "sales"}`. */
            add?: Record<string, never>[];
            number?: string | null;
            /** @description These, before the others are added. */
            remove?: Record<string, never>[];
            /** @description Whoever is one. */
            remove_all?: boolean;
        };
        TagChange: {
            add?: string[];
            remove?: string[];
        };
        /** @description A task that was made or completed. */
        TaskDone: {
            contact: string;
            task: components["schemas"]["TaskView"];
        };
        /** @description A part of the list of tasks. */
        TaskPage: {
            /** @description For `after`; none: this is the last page. */
            next?: string | null;
            tasks: components["schemas"]["TaskRow"][];
        };
        /** @description A task in a list. */
        TaskRow: components["schemas"]["TaskView"] & {
            contact: components["schemas"]["Listed"];
            /** @description ISO 8601; none: it is open. */
            ended?: string | null;
            /** @description Who completed it, as `by`. */
            ended_by?: Record<string, never> | null;
            /** @description What came of it. */
            result?: string | null;
            /**
             * @description How it stands with a task: `open`; `completed`; `dropped`: it was never done, for its contact had more open ones than are kept.
             * @enum {string}
             */
            state: "open" | "completed" | "dropped";
        };
        /** @description Something for a person of the business to do. */
        TaskView: {
            /** @description Who made it: `{"user": "ana"}`, or `{"bot": "welcome", "step": "remind"}`; none: a person who gave no name. */
            by?: Record<string, never> | null;
            /** @description ISO 8601. */
            created: string;
            /** @description ISO 8601; none: there is no time. */
            due?: string | null;
            /**
             * Format: int32
             * @description Within the contact.
             */
            id: number;
            /** @description `call`, `follow_up`, … */
            kind: string;
            /** @description The lead that it is for; none: it is for the contact. */
            lead?: string | null;
            /** @description It is open, and its time is over. */
            overdue: boolean;
            /** @description `{"user": "ana"}` or `{"team": "sales"}`; none: whoever comes. */
            owner?: Record<string, never> | null;
            text: string;
        };
        /** @description A template of the account, in one of its languages. */
        TemplateView: {
            /** @description `marketing`, `utility`, `authentication`. */
            category: string;
            /** @description What it says: `header`, `body`, `footer`, `buttons`, `cards`, with gaps like `{{1}}`. Left out while only its outline is known. */
            content?: Record<string, never> | null;
            language: string;
            name: string;
            /** @description Names of the body's parameters; positional ones are numbered `1`, `2`, … */
            parameters: string[];
            /** @description `APPROVED` can be sent. */
            status: string;
        };
        /** @description How a draft did. */
        TestAnswer: {
            /** @description What the checker says of the draft. With errors no dialog runs. */
            diagnostics: Record<string, never>[];
            results: components["schemas"]["TestResult"][];
        };
        /** @description Why a dialog failed. */
        TestFailure: {
            /** @description What the bot said where something else was expected, as a dialog test has it. */
            got?: Record<string, never> | null;
            /** @description Which of the dialog's steps, from 0; their number where the end was the problem. */
            line: number;
            message: string;
        };
        TestResult: {
            failure?: components["schemas"]["TestFailure"] | null;
            name: string;
            passed: boolean;
        };
        /** @description What is tested. */
        TestRun: {
            /** @description Dialog tests; left out: those of the bot. */
            dialogs?: Record<string, never>[] | null;
            /** @description The draft, saved or not; left out: the saved draft, else what is live. */
            document?: Record<string, never> | null;
        };
        /** @description What a turn did. */
        TraceView: {
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            at: number;
            /**
             * Format: int64
             * @description For `before`.
             */
            position: number;
            trace: Record<string, never>;
        };
        /** @description What a line did. */
        TurnView: {
            /** @description The clock behind it, in ISO 8601. */
            at: string;
            /** @description From 0. */
            line: number;
            now: string;
            session?: components["schemas"]["PlayedSession"] | null;
            /** @description The line, and what the bot said to it, as lines of a dialog test. */
            test: Record<string, never>[];
            trace: Record<string, never>[];
            window: components["schemas"]["Window"];
        };
        /** @description Calls to one model for one bot on one day. */
        UsageRow: {
            bot: string;
            /**
             * Format: int64
             * @description Calls that reached the model, whether their results were used or not.
             */
            calls: number;
            /** @description Null: the settings named no price for the model. */
            cost?: {
                /** @description As the settings name it. */
                currency: string;
                /**
                 * Format: int64
                 * @description Millionths of the currency.
                 */
                millionths: number;
            } | null;
            /** @description In UTC, such as `2026-03-01`. */
            day: string;
            /** @description As bots name it. */
            model: string;
            /** @description Tokens, as the models' servers counted them. */
            tokens: {
                /**
                 * Format: int64
                 * @description Of what was answered.
                 */
                answer: number;
                /**
                 * Format: int64
                 * @description Of what was asked.
                 */
                prompt: number;
            };
        };
        /** @description A publication with what was published. */
        VersionDetail: components["schemas"]["VersionSummary"] & {
            document: Record<string, never>;
        };
        /** @description A publication of a bot. */
        VersionSummary: {
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            at: number;
            /** @description Whether it is what runs. */
            live: boolean;
            note?: string | null;
            /**
             * Format: int64
             * @description Counts the bot's publications from 1.
             */
            number: number;
            /**
             * Format: int64
             * @description Sessions that began with the bot and run in this version.
             */
            open_sessions: number;
            /** @description The hash of its content without the canvas. */
            version: string;
        };
        /** @description A customer service window. */
        Window: {
            /** @description ISO 8601; when it closes or closed. None: the customer never wrote. */
            closes_at?: string | null;
            /** @description What is sent now is free, because the customer came by an ad. */
            free_entry: boolean;
            human?: components["schemas"]["HumanView"] | null;
            open: boolean;
            /** @description Whoever the conversation is assigned to: `{"user": "ana"}` or `{"team": "sales"}`. */
            owner?: Record<string, never> | null;
            /** Format: int64 */
            seconds_left: number;
            /** @description Agents and teams who want to know of the conversation, as `owner` is written. */
            subscribers: Record<string, never>[];
        };
        /** @description A message that a person of the business writes. */
        Write: {
            /** @description Who writes: a user's id. */
            by?: string | null;
            /** @description The business's number; left out: the default one. */
            number?: string | null;
            text: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    show_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
        };
    };
    alerts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"][];
                };
            };
        };
    };
    list_bots: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BotSummary"][];
                };
            };
        };
    };
    show_bot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BotDetail"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    save_draft: {
        parameters: {
            query?: {
                /** @description `at` of the draft that this one was made from, 0 where there was none. Where another one was kept since, nothing is written. */
                since?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Saved"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discard_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search_knowledge: {
        parameters: {
            query?: {
                /** @description Left out: only the sources are told. */
                question?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Known"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    publish_bot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Publish"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublishAnswer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body: the same answer, and nothing happens twice */
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Run"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Stop"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopped"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tests: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DialogTests"];
                };
            };
        };
    };
    run_tests: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestRun"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestAnswer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    keep_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeptDialog"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeptAnswer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionSummary"][];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description a number, or a version */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionDetail"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_catalogs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogState"][];
                };
            };
        };
    };
    search_catalog: {
        parameters: {
            query?: {
                /** @description A name, or words of it. Left out: the first items. */
                q?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogItems"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_connection: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionView"];
                };
            };
        };
    };
    contacts: {
        parameters: {
            query?: {
                /** @description Parts of a name, a user name or a number, in any order, without regard to case and accents: `souza`, `ana 98765`. */
                q?: string;
                /** @description The value of `next` on the page before. */
                after?: string;
                /** @description 100 if left out, 1,000 at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactPage"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_contact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description phone number or id */
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    erase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Fields"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactView"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hand_off: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HandOff"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledged"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    messages: {
        parameters: {
            query?: {
                /** @description Only what lies before this position. */
                before?: number;
                /** @description 100 if left out, 1,000 at most. */
                limit?: number;
            };
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageView"][];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    write: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Write"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_notes: {
        parameters: {
            query?: {
                /** @description Only what lies before this position. */
                before?: number;
                /** @description 100 if left out, 1,000 at most. */
                limit?: number;
            };
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoteView"][];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_note: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewNote"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Release"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledged"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"][];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_subscribers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Subscribers"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledged"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskDone"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    complete_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contact: string;
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Completion"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskDone"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    traces: {
        parameters: {
            query?: {
                /** @description Only what lies before this position. */
                before?: number;
                /** @description 100 if left out, 1,000 at most. */
                limit?: number;
            };
            header?: never;
            path: {
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TraceView"][];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations: {
        parameters: {
            query?: {
                /** @description Only those with this number of the business. */
                number?: string;
                /** @description Only those assigned to `user:ana` or `team:sales`, or to nobody: `none`. */
                owner?: string;
                state?: "idle" | "bot" | "waiting" | "human";
                /** @description `true`: only those whose customer waits for an answer. */
                waiting?: boolean;
                /** @description Only those whose customer service window is open, and closes before this moment (ISO 8601). */
                window_closes_before?: string;
                /** @description `waiting` where only those are listed that wait, else `active`. */
                sort?: "waiting" | "window" | "active";
                /** @description The value of `next` on the page before. */
                after?: string;
                /** @description 100 if left out, 1,000 at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationPage"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_dead_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadEntry"][];
                };
            };
        };
    };
    remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listen: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    list_flows: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowSummary"][];
                };
            };
        };
    };
    import_kommo: {
        parameters: {
            query?: {
                /** @description What the file is called, for bots that have no name */
                name?: string;
                /** @description Language of the bots' texts; left out: `en` */
                language?: string;
                /** @description IANA time zone; left out: `UTC` */
                timezone?: string;
                /** @description Mend texts that were read in the wrong encoding */
                repair?: boolean;
                /** @description Find titles and synonyms of buttons inside of longer answers too */
                words?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `{file, map}`, or the file alone */
        requestBody: {
            content: {
                "application/json": components["schemas"]["KommoFile"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_medium: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Preview"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewAnswer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ask_model: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Preview"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelAnswer"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrawnForm"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_samples: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SampleSummary"][];
                };
            };
        };
    };
    show_sample: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SampleDetail"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    say: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Say"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SaidAnswer"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description Only those that began with this bot. */
                bot?: string;
                /** @description Only those with this version of it. */
                version?: string;
                state?: "open" | "ended";
                /** @description Only those that ended so: `completed`, `failed`, `expired`, `replaced`, `stopped`, … */
                status?: string;
                /** @description Only those with this outcome, as the bot names it. */
                outcome?: string;
                /** @description Only those of this contact: a phone number or an id. */
                contact?: string;
                /** @description The value of `next` on the page before. */
                before?: string;
                /** @description 100 if left out, 1,000 at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_session: {
        parameters: {
            query?: {
                /** @description The chat as it was after the turn at this position; left out: to its end. */
                until?: number;
                /** @description The language of the drawing's own words: `en`, `es`, `pt`. */
                language?: string;
            };
            header?: never;
            path: {
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionReplay"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInState"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_tasks: {
        parameters: {
            query?: {
                /** @description Only those of `user:ana` or `team:sales`, or of nobody: `none`. */
                owner?: string;
                /** @description Only those of this kind. */
                kind?: string;
                /** @description `open` if left out. */
                state?: "open" | "completed" | "dropped";
                /** @description Only those that are due before this moment (ISO 8601). */
                due_before?: string;
                /** @description `true`: only those whose time is over. */
                overdue?: boolean;
                /** @description Only those of this contact: phone number or id. */
                contact?: string;
                /** @description The value of `next` on the page before. */
                after?: string;
                /** @description 100 if left out, 1,000 at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskPage"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    templates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateView"][];
                };
            };
        };
    };
    stage: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body: the same answer, and nothing happens twice */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Stage"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_usage: {
        parameters: {
            query?: {
                /** @description The first day, such as `2026-03-01`. Left out: 30 days before the last. */
                from?: string;
                /** @description The last day. Left out: today. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageRow"][];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
