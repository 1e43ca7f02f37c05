/** What the shop's services say to each other. In a real system this would be a package of its own. */
import { z } from "zod";

/** A customer wants to buy. Comes from the web shop. */
export const NewOrder = z.object({
  orderId: z.string().min(1).describe("Chosen by the web shop"),
  customerId: z.string().min(1),
  items: z
    .array(
      z.object({
        sku: z.string(),
        quantity: z.int().min(1),
        price: z.number().positive().describe("In euros, a piece"),
      }),
    )
    .min(1),
});

/** The order is complete and priced. */
export const AcceptedOrder = NewOrder.extend({ total: z.number().positive().describe("In euros") });

/** The customer has paid. */
export const Payment = z.object({
  orderId: z.string(),
  customerId: z.string(),
  amount: z.number().positive().describe("In euros"),
  method: z.enum(["card", "invoice"]),
});

/** Somebody should look at this payment. */
export const FlaggedPayment = Payment.extend({ reason: z.string() });

/** Asks where a customer lives. */
export const AddressQuery = z.object({ customerId: z.string() });
export const Address = z.object({
  street: z.string(),
  city: z.string(),
  country: z.string().length(2),
});

/** A parcel is on its way. */
export const Dispatch = z.object({
  orderId: z.string(),
  customerId: z.string(),
  address: Address,
  carrier: z.enum(["bike", "van"]),
});

/** A line of the ledger: it is written once, kept, and read again by whoever begins anew. */
export const LedgerEntry = z.object({
  orderId: z.string(),
  customerId: z.string(),
  amount: z.number().positive().describe("In euros"),
});

/** What a customer owes for some orders, to be printed. */
export const Invoice = z.object({
  invoiceId: z.string(),
  customerId: z.string(),
  orderIds: z.array(z.string()).min(1),
  amount: z.number().positive().describe("In euros"),
});

/** Something was used up or filled in. */
export const StockMovement = z.object({
  item: z.string(),
  change: z.int().describe("Pieces; below 0 where they were used"),
});

/** There is little left of something. */
export const LowStock = z.object({ item: z.string(), left: z.int() });
