-- The shop's table, as its till writes it: no key, full duplicates are real, times are the shop's wall clock.
CREATE TABLE IF NOT EXISTS ecommerce_sales (
  invoiceno   text           NOT NULL,
  stockcode   text           NOT NULL,
  description text,
  quantity    integer        NOT NULL,
  invoicedate timestamp without time zone NOT NULL,
  unitprice   numeric(10, 3) NOT NULL,
  customerid  text,
  country     text           NOT NULL
);

CREATE INDEX IF NOT EXISTS ecommerce_sales_invoicedate ON ecommerce_sales (invoicedate);
